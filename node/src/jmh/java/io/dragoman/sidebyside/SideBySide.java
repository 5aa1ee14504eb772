package io.dragoman.sidebyside;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs each {@link Contender} twice on a cluster of its own: to see what decisions cost where the
 * limit is far away, and to see what arrives where everybody wants more than it allows, before and
 * after the owner of the ledger or of the bucket is killed.
 */
@Command(
    name = "side-by-side",
    description = "The quota beside Bucket4j-Hazelcast, under the same workload.",
    mixinStandardHelpOptions = true)
final class SideBySide implements Callable<Integer> {
  static final Path NODE = Path.of(System.getProperty("basedir", ".")).toAbsolutePath();

  private static final long LIMIT = 450;
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** By then a full bucket is empty. */
  private static final Duration COLD = Duration.ofSeconds(10);

  private static final int TIMES_PLAIN = 1_000;
  private static final int TIMES_DELAYING = 3;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "Of ${COMPLETION-CANDIDATES}; default: all.")
  private Set<Contender> only = EnumSet.allOf(Contender.class);

  @Option(
      names = "--before",
      paramLabel = "SECONDS",
      defaultValue = "72",
      description =
          "How long before the owner is killed, 70 at least for full windows;"
              + " default: ${DEFAULT-VALUE}.")
  private int before;

  @Option(
      names = "--after",
      paramLabel = "SECONDS",
      defaultValue = "62",
      description = "How long after that; default: ${DEFAULT-VALUE}.")
  private int after;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new SideBySide()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Instant start = Instant.now();
    OperatingSystemMXBean machine = ManagementFactory.getOperatingSystemMXBean();
    double loadBefore = machine.getSystemLoadAverage();
    List<Row> rows = new ArrayList<>();
    for (Contender contender : only) {
      Row row = run(contender);
      System.out.println(row);
      rows.add(row);
    }
    System.out.printf(
        "%n%s, %d s on %d cores; load before: %.1f%n%n",
        start.truncatedTo(ChronoUnit.MINUTES),
        Duration.between(start, Instant.now()).toSeconds(),
        machine.getAvailableProcessors(),
        loadBefore);
    System.out.println(Row.HEAD);
    rows.forEach(System.out::println);
    judge(rows);
    return 0;
  }

  private Row run(Contender contender) throws IOException, InterruptedException {
    Decisions decisions;
    try (Observer observer = new Observer()) {
      say(contender, "decisions");
      try (Cluster cluster = Cluster.start(contender, contender.plenty(), observer.port())) {
        decisions = cluster.decide();
      }
      say(contender, "the limit");
      try (Cluster cluster = Cluster.start(contender, LIMIT, observer.port())) {
        return row(contender, decisions, cluster, observer);
      }
    }
  }

  private Row row(Contender contender, Decisions decisions, Cluster cluster, Observer observer)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    int sessions = cluster.speak();
    Thread.sleep(Duration.ofSeconds(before));
    say(contender, "the owner is killed");
    long kill = System.nanoTime();
    cluster.killOwner();
    Thread.sleep(Duration.ofSeconds(after));
    long end = System.nanoTime();

    Arrivals arrivals = observer.arrivals();
    Arrivals lastMinute = arrivals.between(kill - MINUTE.toNanos(), kill);
    return new Row(
        contender,
        decisions,
        lastMinute.all().size() / (double) LIMIT,
        arrivals.between(start, kill).worstWindow() / (double) LIMIT,
        arrivals.between(start + COLD.toNanos(), kill).worstWindow() / (double) LIMIT,
        arrivals.longestGap(start, kill),
        lastMinute.jain(sessions),
        arrivals.between(kill - MINUTE.toNanos(), end).worstWindow() / (double) LIMIT,
        arrivals.longestGap(kill, end));
  }

  private static void say(Contender contender, String what) {
    System.out.printf("%s: %s%n", contender.title(), what);
  }

  /** What was promised, and whether it came out. */
  private static void judge(List<Row> rows) {
    Optional<Row> ours = of(Contender.DRAGOMAN, rows);
    System.out.println();
    ours.flatMap(row -> of(Contender.PLAIN, rows).map(plain -> times(row, plain)))
        .ifPresent(
            times ->
                System.out.printf(
                    "Dragoman decides %,.0f times as fast as Bucket4j-Hazelcast: %s%n",
                    times, verdict(times >= TIMES_PLAIN)));
    ours.flatMap(row -> of(Contender.DELAYING, rows).map(delaying -> times(delaying, row)))
        .ifPresent(
            times ->
                System.out.printf(
                    "Its delaying mode decides %.1f times as fast as Dragoman: %s%n",
                    times, verdict(times <= TIMES_DELAYING)));
    List<String> keepers =
        rows.stream().filter(Row::keepsAll).map(row -> row.contender().title()).toList();
    System.out.printf(
        "Never over, no gap above 1 s, Jain's index 0.98 or more: %s%n",
        keepers.isEmpty() ? "nobody" : String.join(", ", keepers));
  }

  private static Optional<Row> of(Contender contender, List<Row> rows) {
    return rows.stream().filter(row -> row.contender() == contender).findFirst();
  }

  private static double times(Row one, Row other) {
    return one.decisions().alone() / other.decisions().alone();
  }

  private static String verdict(boolean kept) {
    return kept ? "as promised" : "promised otherwise";
  }
}
