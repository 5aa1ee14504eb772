package io.dragoman.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a node adds to a caption's delay, and what a live session costs it. Every session speaks
 * words of its own and has them corrected and translated into one language.
 */
@Timeout(600)
class LiveSessionsIT {
  @TempDir Path directory;

  @Test
  void aFew() throws Exception {
    Figures figures = measure(5, Duration.ofSeconds(10), Duration.ofSeconds(15));
    assertTrue(figures.requested.at(.9) <= 100, figures::toString);
    assertTrue(figures.shown.at(.9) + figures.sent.at(.9) <= 100, figures::toString);
    assertTrue(figures.coreParts <= .5, figures::toString);
  }

  @Test
  @Tag("acceptance")
  void fiftyWithQuotaToSpare() throws Exception {
    Figures figures =
        measure(
            50,
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            "--limit-rpm=100000",
            "--limit-tpm=100000000");
    assertTrue(figures.requested.at(.99) <= 10, figures::toString);
    assertTrue(figures.shown.at(.99) + figures.sent.at(.99) <= 10, figures::toString);
  }

  /** Partials take the quota to their limit, as they do with so many sessions. */
  @Test
  @Tag("acceptance")
  void fifty() throws Exception {
    Figures figures = measure(50, Duration.ofSeconds(90), Duration.ofSeconds(120));
    assertTrue(figures.shown.at(.99) + figures.sent.at(.99) <= 10, figures::toString);
    assertTrue(figures.coreParts <= .01, figures::toString);
  }

  /**
   * With an upstream that answers at once, all that is left between a sentence and its translation,
   * seen by the client, is the node, the stand-in's work and the sockets.
   */
  @Test
  @Tag("acceptance")
  void fiftySeenFromOutside() throws Exception {
    Figures figures =
        measure(
            50,
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            "--limit-rpm=100000",
            "--limit-tpm=100000000",
            "--first-token-ms=0",
            "--token-ms=0");
    assertTrue(figures.outsideAt(.99) <= 100, figures::toString);
  }

  private Figures measure(int sessions, Duration warmUp, Duration steady, String... standIns)
      throws Exception {
    Queue<Double> delays = Speaker.delays();
    try (LoneNode node = LoneNode.start(directory, quota(standIns), standIns)) {
      List<Speaker> speakers = Speaker.start(node.url(), sessions, delays);
      try {
        Thread.sleep(warmUp);
        delays.clear();
        String before = node.admin("/metrics");
        Duration cpu = cpu(node);
        long start = System.nanoTime();
        Thread.sleep(steady);
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpuSeconds = cpu(node).minus(cpu).toNanos() / 1e9;
        Figures figures =
            Figures.of(
                before,
                node.admin("/metrics"),
                delays.stream().sorted().toList(),
                cpuSeconds / seconds / sessions);
        assertEquals(sessions, speakers.stream().filter(Speaker::isSpeaking).count(), node::log);
        System.out.printf("%d live sessions for %.0f s:%n%s%n", sessions, seconds, figures);
        return figures;
      } finally {
        speakers.forEach(Speaker::close);
      }
    }
  }

  /** The quota that the stand-in gives. */
  private static Map<String, Object> quota(String... standIns) {
    Map<String, Object> keys = new HashMap<>();
    for (String option : standIns) {
      String value = option.substring(option.indexOf('=') + 1);
      if (option.startsWith("--limit-rpm")) {
        keys.put("quota.requests_per_minute", value);
      } else if (option.startsWith("--limit-tpm")) {
        keys.put("quota.tokens_per_minute", value);
      }
    }
    return keys;
  }

  private static Duration cpu(LoneNode node) {
    return node.process().info().totalCpuDuration().orElseThrow();
  }

  /**
   * What was measured.
   *
   * @param requested from what was heard to the request's departure
   * @param shown from a piece of an answer to its partial
   * @param sent from a caption to its writing into the socket
   * @param outside from a sentence's final to its translation's at the client, in milliseconds, in
   *     order
   * @param coreParts the CPU's time of a session, as a part of a core
   */
  private record Figures(
      Percentiles requested,
      Percentiles shown,
      Percentiles sent,
      List<Double> outside,
      double coreParts) {

    static Figures of(String before, String after, List<Double> outside, double coreParts) {
      return new Figures(
          between(before, after, "requested"),
          between(before, after, "shown"),
          between(before, after, "sent"),
          outside,
          coreParts);
    }

    private double outsideAt(double part) {
      return outside.get((int) (outside.size() * part));
    }

    private static Percentiles between(String before, String after, String what) {
      String name = "dragoman_captions_" + what + "_seconds";
      return Percentiles.read(after, name).since(Percentiles.read(before, name));
    }

    @Override
    public String toString() {
      return """
            heard to requested  %s
            token to partial    %s
            caption to socket   %s
            sentence to translation, at the client  p50 %.1f ms, p99 %.1f ms of %d
            CPU of the node     %.3f %% of a core for a session"""
          .formatted(
              requested,
              shown,
              sent,
              outsideAt(.5),
              outsideAt(.99),
              outside.size(),
              coreParts * 100);
    }
  }
}
