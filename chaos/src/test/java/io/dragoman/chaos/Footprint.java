package io.dragoman.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a node's process holds.
 *
 * @param sessions the objects of them that are alive
 * @param heapBytes of all live objects
 * @param threads of the operating system
 * @param descriptors that are open
 */
record Footprint(long sessions, long heapBytes, long threads, long descriptors) {
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total +\\d+ +(\\d+)$");
  private static final Pattern SESSIONS =
      Pattern.compile("(?m)^ *\\d+: +(\\d+) +\\d+ +io\\.dragoman\\.session\\.Session(?: .*)?$");

  /** Collects a process's garbage, and counts what is left. */
  static Footprint of(ProcessHandle process) throws IOException, InterruptedException {
    String live = histogram(process.pid());
    Path proc = Path.of("/proc", String.valueOf(process.pid()));
    return new Footprint(
        number(SESSIONS, live), number(TOTAL, live), count(proc, "task"), count(proc, "fd"));
  }

  private static String histogram(long pid) throws IOException, InterruptedException {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                String.valueOf(pid),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String histogram = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, jcmd.waitFor(), histogram);
    return histogram;
  }

  /** 0 where there is none. */
  private static long number(Pattern pattern, String histogram) {
    return pattern
        .matcher(histogram)
        .results()
        .map((MatchResult found) -> Long.parseLong(found.group(1)))
        .findFirst()
        .orElse(0L);
  }

  private static long count(Path proc, String what) throws IOException {
    try (Stream<Path> all = Files.list(proc.resolve(what))) {
      return all.count();
    }
  }

  @Override
  public String toString() {
    return "%d sessions, %.1f MB of live objects, %d threads, %d descriptors"
        .formatted(sessions, heapBytes / 1e6, threads, descriptors);
  }
}
