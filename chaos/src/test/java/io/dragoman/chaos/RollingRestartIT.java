package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.client.CaptionClient;
import io.dragoman.client.ClientException;
import io.dragoman.client.Ending;
import io.dragoman.client.SessionAddress;
import io.dragoman.protocol.ClientMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every node of a cluster is drained and started again, one after another, while sessions are live:
 * none ends, no word is lost or comes twice, and the nodes hold nothing of them afterwards.
 */
@Timeout(900)
class RollingRestartIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path directory;

  @Test
  void aFew() throws Exception {
    restart(20, 4, 6);
  }

  @Test
  @Tag("acceptance")
  void aThousandIdleAndAHundredLive() throws Exception {
    restart(1_000, 100, 20);
  }

  private void restart(int idle, int live, int drainSeconds) throws Exception {
    int room = idle + live + 10;
    Map<String, Object> keys =
        Map.of(
            "node.drain_s", drainSeconds,
            "sessions.most", room,
            "speech.max_streams", room,
            "sessions.transcript_s", 0);
    try (NodeCluster cluster = NodeCluster.start(directory, keys)) {
      List<Footprint> before = footprints(cluster);
      try (Crowd crowd = new Crowd(cluster, idle, live)) {
        for (int node = 0; node < NodeCluster.NODES; node++) {
          long start = System.nanoTime();
          cluster.drain(node);
          Duration drained = Duration.ofNanos(System.nanoTime() - start);
          cluster.start(node);
          Duration back = Duration.ofNanos(System.nanoTime() - start);
          System.out.printf(
              "n%d left after %.1f s, and served again after %.1f s%n",
              node + 1, drained.toMillis() / 1e3, back.toMillis() / 1e3);
        }
        crowd.assertWhole();
      }
      assertBack(cluster, before);
    }
  }

  /** The nodes hold no more than those did that no session had ever come to. */
  private static void assertBack(NodeCluster cluster, List<Footprint> before) throws Exception {
    List<Footprint> after = new ArrayList<>();
    try {
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofSeconds(5))
          .until(
              () -> {
                after.clear();
                after.addAll(footprints(cluster));
                return IntStream.range(0, NodeCluster.NODES)
                    .allMatch(node -> isBack(before.get(node), after.get(node)));
              });
    } finally {
      for (int node = 0; node < after.size(); node++) {
        System.out.printf(
            "n%d before: %s%n   after:  %s%n", node + 1, before.get(node), after.get(node));
      }
    }
  }

  /**
   * The first sessions load classes and start the threads and connections of pools, which stay: of
   * the calls to both services, and of the grid. That a session has ended is kept for a while.
   */
  private static boolean isBack(Footprint before, Footprint after) {
    return after.sessions() == 0
        && after.heapBytes() <= before.heapBytes() + 15_000_000
        && after.threads() <= before.threads() + 25
        && after.descriptors() <= before.descriptors() + 25;
  }

  private static List<Footprint> footprints(NodeCluster cluster) throws Exception {
    List<Footprint> footprints = new ArrayList<>();
    for (int node = 0; node < NodeCluster.NODES; node++) {
      footprints.add(Footprint.of(cluster.process(node)));
    }
    return footprints;
  }

  /** Sessions that say nothing but that they are there, and sessions that speak. */
  private static final class Crowd implements AutoCloseable {
    private static final int KEEPALIVE_S = 5;

    private final List<CaptionClient> idle = new ArrayList<>();
    private final List<Receipt> idleReceipts = new ArrayList<>();
    private final List<JudgedSpeaker> live = new ArrayList<>();
    private final ScheduledExecutorService keepalives =
        Executors.newSingleThreadScheduledExecutor();

    /** Starts them, as many at each node. */
    Crowd(NodeCluster cluster, int idleCount, int liveCount) throws Exception {
      try {
        for (int number = 0; number < idleCount; number++) {
          Receipt receipt = new Receipt();
          String[] doors = cluster.doors(number % NodeCluster.NODES).toArray(String[]::new);
          CaptionClient client =
              CaptionClient.connect(SessionAddress.parse(doors), JudgedSpeaker.start(), receipt);
          idle.add(client);
          idleReceipts.add(receipt);
          client.awaitStarted(PATIENCE);
        }
        var _ =
            keepalives.scheduleAtFixedRate(
                this::keepAlive, KEEPALIVE_S, KEEPALIVE_S, TimeUnit.SECONDS);
        for (int number = 1; number <= liveCount; number++) {
          live.add(JudgedSpeaker.resuming(cluster.doors(number % NodeCluster.NODES), number));
        }
        await().atMost(PATIENCE).until(() -> liveReceipts().allMatch(heard -> heard.finals() > 0));
      } catch (Exception | Error e) {
        close();
        throw e;
      }
    }

    private Stream<Receipt> liveReceipts() {
      return live.stream().map(JudgedSpeaker::receipt);
    }

    private void keepAlive() {
      for (CaptionClient client : idle) {
        try {
          client.send(new ClientMessage.Keepalive());
        } catch (ClientException e) {
          // It has ended, which is told when it is judged.
        }
      }
    }

    /** Ends all: each was moved, and has got all that it is owed. */
    void assertWhole() throws InterruptedException {
      keepalives.close();
      live.forEach(JudgedSpeaker::finish);
      for (CaptionClient client : idle) {
        try {
          client.send(new ClientMessage.SessionEnd());
        } catch (ClientException e) {
          throw new AssertionError("an idle session has ended", e);
        }
      }
      for (CaptionClient client : idle) {
        Ending ending = client.awaitEnd(PATIENCE);
        assertNotNull(ending, "an idle session does not end");
        assertTrue(ending.regular(), ending::describe);
      }
      for (JudgedSpeaker speaker : live) {
        speaker.assertWhole();
      }
      idleReceipts.forEach(Receipt::assertNoneMissing);
      List<Receipt> all = Stream.concat(idleReceipts.stream(), liveReceipts()).toList();
      assertEquals(0, all.stream().filter(receipt -> receipt.resumptions() == 0).count());
      System.out.printf(
          "%d idle and %d live sessions: %d finals, %d resumptions, the longest after %.1f s%n",
          idle.size(),
          live.size(),
          all.stream().mapToInt(Receipt::finals).sum(),
          all.stream().mapToInt(Receipt::resumptions).sum(),
          all.stream().mapToLong(receipt -> receipt.longestAway().toMillis()).max().orElseThrow()
              / 1e3);
    }

    @Override
    public void close() {
      keepalives.shutdownNow();
      live.forEach(JudgedSpeaker::close);
      idle.forEach(CaptionClient::close);
    }
  }
}
