package io.dragoman.session;

import static io.dragoman.session.RawClient.BINARY;
import static io.dragoman.session.RawClient.LAST;
import static io.dragoman.session.RawClient.START;
import static io.dragoman.session.RawClient.TEXT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Clients that send rubbish, of every kind between noise and almost right, do not hurt a node: it
 * lives, holds no more memory than before, logs nothing, and a session beside them is heard to its
 * last sample. {@code -Ddragoman.fuzz.seed} repeats a run.
 */
@Timeout(180)
class FuzzTest {
  private static final int CLIENTS = 4;
  private static final long SEED = Long.getLong("dragoman.fuzz.seed", new Random().nextLong());
  private static final List<String> MESSAGES =
      List.of(
          START,
          START.replace("true", "false"),
          "{\"type\":\"session.update\",\"partials\":{\"translate\":false}}",
          "{\"type\":\"finalize\"}",
          "{\"type\":\"keepalive\"}",
          "{\"type\":\"session.end\"}");

  private final TestNode node = node();
  private final AtomicInteger connections = new AtomicInteger();

  private static TestNode node() {
    TestNode.Limits limits = new TestNode.Limits();
    limits.sessions = 1_000;
    limits.ping = Duration.ofSeconds(1);
    limits.patience = Duration.ofSeconds(2);
    limits.firstHead = Duration.ofSeconds(2);
    return limits.start();
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void threeSecondsOfRubbishDoNoHarm() throws Exception {
    survives(Duration.ofSeconds(3), 16 << 20);
  }

  @Test
  @Tag("acceptance")
  void aMinuteOfRubbishDoesNoHarm() throws Exception {
    survives(Duration.ofMinutes(1), 8 << 20);
  }

  private void survives(Duration length, long heapSlack) throws Exception {
    try (Logs logs = new Logs()) {
      rubbish(Duration.ofSeconds(1), SEED - 1);
      await().atMost(Duration.ofSeconds(20)).until(node::isEmpty);
      Leftovers before = Leftovers.now();
      CompletableFuture<List<String>> beside =
          CompletableFuture.supplyAsync(() -> speak(length), Thread::startVirtualThread);
      rubbish(length, SEED);
      List<String> heard = beside.get();
      List<String> expected =
          IntStream.range(0, heard.size()).mapToObj(i -> "2400 samples").toList();
      assertTrue(heard.size() >= length.toMillis() / 1_000, "seed " + SEED + ": " + heard.size());
      assertEquals(expected, heard, "seed " + SEED);
      await("seed " + SEED).atMost(Duration.ofSeconds(20)).until(node::isEmpty);
      await("seed " + SEED)
          .atMost(Duration.ofSeconds(30))
          .pollInterval(Duration.ofSeconds(1))
          .untilAsserted(
              () -> {
                Leftovers after = Leftovers.now();
                assertTrue(after.isBackAt(before, heapSlack), before + " became " + after);
              });
      assertEquals(List.of(), logs.lines(), "seed " + SEED);
      System.out.printf(
          "seed %d: %d connections, ended %s; %s became %s%n",
          SEED, connections.get(), node.ends(), before, Leftovers.now());
    }
  }

  /** A well-behaved client: returns the source finals that it heard. */
  private List<String> speak(Duration length) {
    long until = System.nanoTime() + length.toNanos();
    try (RawClient client = RawClient.started(node.port(), "session-beside-it-1")) {
      List<String> finals = new ArrayList<>();
      while (System.nanoTime() < until) {
        client.audio(4_800);
        client.text("{\"type\":\"finalize\"}");
        for (int of = 0; of < 3; ) {
          var caption = client.await("caption");
          if (caption.path("final").asBoolean()) {
            of++;
            if (caption.path("role").asText().equals("source")) {
              finals.add(caption.path("text").asText());
            }
          }
        }
        Thread.sleep(100);
      }
      client.text("{\"type\":\"session.end\"}");
      assertEquals(1000, client.end().closeCode());
      return finals;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("seed " + SEED, e);
    }
  }

  private void rubbish(Duration length, long seed) throws InterruptedException {
    long until = System.nanoTime() + length.toNanos();
    List<Thread> clients =
        IntStream.range(0, CLIENTS)
            .mapToObj(
                i ->
                    Thread.startVirtualThread(
                        () -> {
                          Random random = new Random(seed + i);
                          while (System.nanoTime() < until) {
                            connections.incrementAndGet();
                            try {
                              misbehave(random);
                            } catch (IOException e) {
                              // Whatever was to be said to this client, it earned it.
                            }
                          }
                        }))
            .toList();
    for (Thread client : clients) {
      client.join();
    }
  }

  private void misbehave(Random random) throws IOException {
    if (random.nextInt(10) == 0) {
      try (Socket socket = RawClient.socket(node.port())) {
        String head = RawClient.handshake(node.port(), "/v1/session?sid=session-for-fuzzing");
        socket.getOutputStream().write(mutated(head.getBytes(UTF_8), random));
        socket.setSoLinger(random.nextBoolean(), 0);
      }
      return;
    }
    String sid = "session-for-fuzzing-" + random.nextInt(1_000_000_000);
    try (RawClient client = RawClient.connect(node.port(), sid)) {
      if (random.nextBoolean()) {
        client.text(START);
      }
      byte[] sent = random.nextInt(4) == 0 ? noise(random, 2_000) : frames(random);
      client.raw(random.nextInt(3) == 0 ? mutated(sent, random) : sent);
      switch (random.nextInt(4)) {
        case 0 -> client.abort();
        case 1 -> client.halfClose();
        case 2 -> client.close(random.nextInt(6_000));
        default -> {}
      }
      if (random.nextInt(5) == 0 && !client.socket.isClosed()) {
        client.socket.setSoTimeout(200);
        client.end(random.nextBoolean());
      }
    }
  }

  private static byte[] frames(Random random) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = random.nextInt(20); i >= 0; i--) {
      byte[] message = MESSAGES.get(random.nextInt(MESSAGES.size())).getBytes(UTF_8);
      bytes.write(
          switch (random.nextInt(6)) {
            case 0 -> RawClient.masked(LAST | TEXT, message);
            case 1 -> RawClient.masked(LAST | TEXT, mutated(message, random));
            case 2 -> RawClient.masked(LAST | BINARY, noise(random, 5_000));
            case 3 -> RawClient.masked(random.nextInt(256), noise(random, 200));
            case 4 -> RawClient.masked(random.nextBoolean() ? TEXT : 0, noise(random, 10));
            default -> noise(random, 20);
          });
    }
    return bytes.toByteArray();
  }

  /** The same with some bytes changed, left out or doubled. */
  private static byte[] mutated(byte[] bytes, Random random) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int rarely = 1 + random.nextInt(100);
    for (byte one : bytes) {
      switch (random.nextInt(rarely * 3)) {
        case 0 -> out.write(random.nextInt(256));
        case 1 -> {}
        case 2 -> out.writeBytes(new byte[] {one, one});
        default -> out.write(one);
      }
    }
    return out.toByteArray();
  }

  private static byte[] noise(Random random, int most) {
    byte[] noise = new byte[random.nextInt(most + 1)];
    random.nextBytes(noise);
    return noise;
  }
}
