package io.dragoman.cli;

import io.dragoman.ops.QuotaChange;
import io.dragoman.ops.QuotaLimits;
import io.dragoman.ops.QuotaStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Says what the quota's limits are in lines for a terminal of 80 columns. */
final class QuotaTable {

  /** The largest that can be set, and what a cluster begins with: no limit for a second. */
  private static final long UNLIMITED = 100_000_000;

  private QuotaTable() {}

  static List<String> lines(QuotaStatus status) {
    QuotaLimits limits = status.limits();
    String time =
        status.remainingMs() == 0
            ? ""
            : ", for %d s more".formatted(Duration.ofMillis(status.remainingMs()).toSeconds() + 1);
    return List.of(
        row("requests a minute", number(limits.requestsPerMinute())),
        row("tokens a minute", number(limits.tokensPerMinute())),
        row("requests a second", pace(limits)),
        "",
        "The quota's state is %s%s.".formatted(status.state(), time));
  }

  /** What was and what is now, and how long that holds. */
  static List<String> lines(QuotaChange change) {
    QuotaLimits from = change.from();
    QuotaLimits to = change.to();
    List<String> lines = new ArrayList<>();
    lines.add(row("", "was", "now"));
    lines.add(
        row("requests a minute", number(from.requestsPerMinute()), number(to.requestsPerMinute())));
    lines.add(row("tokens a minute", number(from.tokensPerMinute()), number(to.tokensPerMinute())));
    lines.add(row("requests a second", pace(from), pace(to)));
    lines.add("");
    if (lowers(from, to)) {
      lines.add("What was granted before still counts: the lower limit is kept in full once that");
      lines.add("has ended, within a minute and a half.");
    }
    lines.add("These hold until the whole cluster stops, or they are set again; quota.… in");
    lines.add("node.yaml is what a cluster begins with.");
    return lines;
  }

  private static boolean lowers(QuotaLimits from, QuotaLimits to) {
    return to.requestsPerMinute() < from.requestsPerMinute()
        || to.tokensPerMinute() < from.tokensPerMinute();
  }

  private static String pace(QuotaLimits limits) {
    return limits.requestsPerSecond() == UNLIMITED
        ? "no limit"
        : number(limits.requestsPerSecond());
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String row(String what, String value) {
    return "%-18s %15s".formatted(what, value);
  }

  private static String row(String what, String was, String now) {
    return "%-18s %15s  %15s".formatted(what, was, now);
  }
}
