package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.client.CaptionClient;
import io.dragoman.client.SessionAddress;
import io.dragoman.protocol.ClientMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a session costs a node in memory while nobody speaks: it has started, it keeps itself alive,
 * and hears a heartbeat every second.
 */
@Timeout(600)
class IdleSessionsIT {
  private static final int KEEPALIVES = 5;

  @TempDir Path directory;

  @Test
  void fifty() throws Exception {
    assertTrue(measure(50, Duration.ofSeconds(1)).residentBytes() <= 2_000_000);
  }

  @Test
  @Tag("acceptance")
  void aThousand() throws Exception {
    assertTrue(measure(1_000, Duration.ofSeconds(10)).residentBytes() <= 100_000);
  }

  /** Memory of the whole process in bytes, and the part of it that is live objects. */
  private record Memory(double residentBytes, double heapBytes) {}

  /** The memory of a session, above that of a node which carried some before. */
  private Memory measure(int sessions, Duration every) throws Exception {
    Map<String, Object> room =
        Map.of("sessions.most", sessions + 10, "speech.max_streams", sessions + 10);
    try (LoneNode node = LoneNode.start(directory, room)) {
      // The first sessions load classes, start threads and grow pools that stay.
      hold(node, Math.min(sessions, 100), () -> {});
      Memory before = memory(node);
      Memory[] during = new Memory[1];
      hold(
          node,
          sessions,
          () -> {
            during[0] = memory(node);
          },
          every);
      Memory each =
          new Memory(
              (during[0].residentBytes - before.residentBytes) / sessions,
              (during[0].heapBytes - before.heapBytes) / sessions);
      System.out.printf(
          "%,d idle sessions: %.1f kB each, %.1f kB of them live objects; the node alone %.0f MB%n",
          sessions, each.residentBytes / 1e3, each.heapBytes / 1e3, before.residentBytes / 1e6);
      return each;
    }
  }

  private interface Look {
    void look() throws Exception;
  }

  private static void hold(LoneNode node, int sessions, Look look) throws Exception {
    hold(node, sessions, look, Duration.ZERO);
  }

  /** Opens sessions, lets them keep themselves alive for a while, looks, and ends them. */
  private static void hold(LoneNode node, int sessions, Look look, Duration every)
      throws Exception {
    AtomicInteger heartbeats = new AtomicInteger();
    List<CaptionClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < sessions; i++) {
        CaptionClient client =
            CaptionClient.connect(
                SessionAddress.parse(node.url()),
                start(),
                (raw, message) -> heartbeats.incrementAndGet());
        clients.add(client);
        client.awaitStarted(Duration.ofSeconds(20));
      }
      for (int i = 0; i < KEEPALIVES; i++) {
        for (CaptionClient client : clients) {
          client.send(new ClientMessage.Keepalive());
        }
        Thread.sleep(every);
      }
      await().until(() -> heartbeats.get() >= 3 * sessions);
      look.look();
      for (CaptionClient client : clients) {
        client.send(new ClientMessage.SessionEnd());
      }
      for (CaptionClient client : clients) {
        var end = client.awaitEnd(Duration.ofSeconds(20));
        assertTrue(end != null && end.regular(), () -> String.valueOf(end));
      }
    } finally {
      clients.forEach(CaptionClient::close);
    }
  }

  private static ClientMessage.SessionStart start() {
    return new ClientMessage.SessionStart(
        "translation",
        new ClientMessage.Audio("pcm_s16le", 24_000, 1),
        List.of("en-US"),
        List.of(new ClientMessage.Target("es")),
        null,
        true,
        null);
  }

  private static Memory memory(LoneNode node) throws Exception {
    collectGarbage(node.process().pid());
    String status = Files.readString(Path.of("/proc/" + node.process().pid() + "/status"));
    Matcher resident = Pattern.compile("VmRSS:\\s+([0-9]+) kB").matcher(status);
    assertTrue(resident.find(), status);
    double heap =
        Pattern.compile("(?m)^jvm_memory_used_bytes\\{area=\"heap\".*} ([0-9.E]+)$")
            .matcher(node.admin("/metrics"))
            .results()
            .mapToDouble(value -> Double.parseDouble(value.group(1)))
            .sum();
    return new Memory(Long.parseLong(resident.group(1)) * 1024.0, heap);
  }

  private static void collectGarbage(long pid) throws Exception {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                String.valueOf(pid),
                "GC.run")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertTrue(jcmd.waitFor(30, TimeUnit.SECONDS));
    assertEquals(0, jcmd.exitValue());
  }
}
