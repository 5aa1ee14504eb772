package io.dragoman.session;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What this process holds.
 *
 * @param threads platform threads and virtual ones
 * @param heapBytes after a garbage collection
 */
public record Leftovers(int threads, long descriptors, long heapBytes) {
  private static final String THREAD = "\"tid\"";

  public static Leftovers now() {
    System.gc();
    return new Leftovers(
        threadsNow(),
        ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getOpenFileDescriptorCount(),
        Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
  }

  /** Whether no more is held than before, but for what comes and goes by itself. */
  public boolean isBackAt(Leftovers before, long heapSlack) {
    return isBackAt(before, heapSlack, 2);
  }

  /**
   * Whether no more is held than before, but for what comes and goes by itself.
   *
   * @param pooled how many threads a library's pools may have added, which end when idle
   */
  public boolean isBackAt(Leftovers before, long heapSlack, int pooled) {
    return threads <= before.threads() + pooled
        && descriptors <= before.descriptors() + 2
        && heapBytes <= before.heapBytes() + heapSlack;
  }

  private static int threadsNow() {
    try {
      Path directory = Files.createTempDirectory("threads");
      Path dump = directory.resolve("dump.json");
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
          .dumpThreads(dump.toString(), ThreadDumpFormat.JSON);
      String json = Files.readString(dump);
      Files.delete(dump);
      Files.delete(directory);
      return (json.length() - json.replace(THREAD, "").length()) / THREAD.length();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
