package io.dragoman.chaos;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dragoman.chaos.simulation.Figures;
import io.dragoman.chaos.simulation.Scenario;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What came of many runs, for people and for programs: of each figure the worst of all runs. */
final class Summary {
  private static final int SHOWN = 10;

  private final List<Figures> runs;

  Summary(List<Figures> runs) {
    this.runs = List.copyOf(runs);
  }

  /** How many runs broke a promise. */
  long violations() {
    return runs.stream().filter(run -> !run.violations().isEmpty()).count();
  }

  /** One line of JSON. */
  String json() {
    ObjectNode line = new JsonMapper().createObjectNode();
    line.put("runs", runs.size());
    line.put("violations", violations());
    line.put("worst_window", rounded(most(Figures::worstWindow)));
    line.put("utilisation", rounded(least(Figures::utilisation)));
    line.put("efficiency", rounded(least(Figures::efficiency)));
    line.put("jain", rounded(least(Figures::jain)));
    line.put("share_gap_max", rounded(most(Figures::shareGap)));
    line.put("max_gap_s", rounded(most(Figures::maxGapS)));
    line.put("recovery_s_max", rounded(most(Figures::recoveryS)));
    line.put("ledger_bytes_max", (long) most(Figures::ledgerBytes));
    return line.toString();
  }

  /** A table. */
  String table(Scenario scenario) {
    StringBuilder table = new StringBuilder();
    table.append(
        "%d runs of %d min: %d nodes, %d sessions, demand %.1f x (%s), %,d RPM, %,d TPM, %d ms, faults: %s%n"
            .formatted(
                runs.size(),
                scenario.minutes(),
                scenario.nodes(),
                scenario.sessions(),
                scenario.demand(),
                lower(scenario.skew()),
                scenario.limits().requests(),
                scenario.limits().tokens(),
                scenario.latencyMs(),
                lower(scenario.faults())));
    table.append("%-44s %10s %10s%n".formatted("", "mean", "worst run"));
    most(table, "fullest window, of the limit", Figures::worstWindow);
    least(table, "used of the limit", Figures::utilisation);
    least(table, "the same, of what the latency allows", Figures::efficiency);
    least(table, "fairness (Jain's index)", Figures::jain);
    most(table, "unfairness, in largest requests", Figures::shareGap);
    most(table, "longest time without a permit, s", Figures::maxGapS);
    most(table, "recovered after the last fault, s", Figures::recoveryS);
    most(table, "finals wait for a permit, median, s", Figures::finalP50S);
    most(table, "the same, slowest of a hundred, s", Figures::finalP99S);
    least(table, "partials sent, of those asked for", Figures::partials);
    if (scenario.sessions() == 2) {
      most(table, "a session that woke missed its half by", Figures::wakingGap);
    }
    most(table, "ledgers that held something back", Figures::quarantines);
    most(table, "ledger, bytes", Figures::ledgerBytes);
    table.append(verdict());
    return table.toString();
  }

  private String verdict() {
    if (violations() == 0) {
      return "No violation.";
    }
    StringBuilder verdict = new StringBuilder("%d runs broke a promise:".formatted(violations()));
    runs.stream()
        .filter(run -> !run.violations().isEmpty())
        .limit(SHOWN)
        .forEach(
            run ->
                verdict.append(
                    "%n  --seed %d: %s".formatted(run.seed(), run.violations().getFirst())));
    return verdict
        .append("%nThe same command with --seed S --trace tells the story.".formatted())
        .toString();
  }

  private void most(StringBuilder table, String name, ToDoubleFunction<Figures> figure) {
    row(table, name, figure, most(figure));
  }

  private void least(StringBuilder table, String name, ToDoubleFunction<Figures> figure) {
    row(table, name, figure, least(figure));
  }

  private void row(
      StringBuilder table, String name, ToDoubleFunction<Figures> figure, double worst) {
    double mean = runs.stream().mapToDouble(figure).average().orElse(0);
    table.append("  %-42s %10.3f %10.3f%n".formatted(name, mean, worst));
  }

  private double most(ToDoubleFunction<Figures> figure) {
    return runs.stream().mapToDouble(figure).max().orElse(0);
  }

  private double least(ToDoubleFunction<Figures> figure) {
    return runs.stream().mapToDouble(figure).min().orElse(0);
  }

  private static double rounded(double value) {
    return Math.round(value * 10_000) / 10_000.0;
  }

  static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
