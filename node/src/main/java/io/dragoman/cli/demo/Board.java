package io.dragoman.cli.demo;

import io.dragoman.cli.LiveBlock;
import io.dragoman.protocol.ServerMessage.Caption;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Shows the sessions while they run: on a terminal as a table that is drawn again and again,
 * elsewhere as a line every few seconds. Used by one thread.
 */
final class Board {
  private static final Duration LINE_EVERY = Duration.ofSeconds(5);

  /** So that a row fits a terminal of 80 columns. */
  private static final int CAPTION_CHARS = 44;

  /** So that the table fits a terminal of 24 lines, which could not redraw what scrolled away. */
  private static final int MAX_ROWS = 16;

  private final PrintStream out;
  private final @Nullable LiveBlock block;
  private List<String> shown = List.of();
  private Duration nextLine = LINE_EVERY;

  /**
   * @param live whether {@code out} is a terminal
   */
  Board(PrintStream out, boolean live) {
    this.out = out;
    this.block = live ? new LiveBlock(out) : null;
  }

  /** Adds a lasting line. */
  void say(String line) {
    if (block != null) {
      block.update(List.of(line), shown);
    } else {
      out.println(line);
    }
  }

  /** Shows how things stand, so long after the start. */
  void show(List<DemoSession> sessions, Duration elapsed) {
    if (block != null) {
      shown = table(sessions);
      block.update(List.of(), shown);
    } else if (elapsed.compareTo(nextLine) >= 0) {
      nextLine = elapsed.plus(LINE_EVERY);
      out.println(line(sessions, elapsed));
    }
  }

  private static List<String> table(List<DemoSession> sessions) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(LiveBlock.bold(row("", "node", "", "state", "delay", "newest caption")));
    for (DemoSession session : sessions.subList(0, Math.min(sessions.size(), MAX_ROWS))) {
      DemoSession.Plan plan = session.plan();
      lines.add(
          row(
              plan.name(),
              session.node(),
              plan.track().lang(),
              state(session),
              delay(session.delays().newestMillis()),
              caption(session.receipt().newestTranslation())));
    }
    if (sessions.size() > MAX_ROWS) {
      lines.add("… and %d more".formatted(sessions.size() - MAX_ROWS));
    }
    lines.add("");
    return lines;
  }

  private static String state(DemoSession session) {
    boolean away = session.receipt().isAway() && session.fault() == null;
    return away ? "resuming" : session.state().name().toLowerCase(Locale.ROOT);
  }

  private static String row(
      String name, String node, String lang, String state, String delay, String caption) {
    return "%-4s %-4s %-3s %-10s %7s  %s".formatted(name, node, lang, state, delay, caption);
  }

  private static String line(List<DemoSession> sessions, Duration elapsed) {
    List<Long> delays = sessions.stream().flatMap(s -> s.delays().wordMillis().stream()).toList();
    return "%4d s  %d speaking, %d finishing, %d failed; %d finals, %d partials; delay %s (p50)"
        .formatted(
            elapsed.toSeconds(),
            count(sessions, s -> s.state() == DemoSession.State.SPEAKING),
            count(sessions, s -> s.state() == DemoSession.State.FINISHING),
            count(sessions, s -> s.state() == DemoSession.State.FAILED),
            sessions.stream().mapToInt(s -> s.receipt().finalCount()).sum(),
            sessions.stream().mapToLong(s -> s.receipt().partials()).sum(),
            delay(Delays.percentile(delays, 50)));
  }

  private static long count(List<DemoSession> sessions, Predicate<DemoSession> which) {
    return sessions.stream().filter(which).count();
  }

  private static String delay(OptionalLong millis) {
    return millis.isPresent()
        ? String.format(Locale.ROOT, "%.2f s", millis.getAsLong() / 1e3)
        : "–";
  }

  /** The end of a caption, where its newest words are; what may still change is dimmed. */
  static String caption(@Nullable Caption caption) {
    if (caption == null) {
      return "";
    }
    String stable =
        Objects.requireNonNullElse(caption.isFinal() ? caption.text() : caption.stable(), "");
    String tentative = Objects.requireNonNullElse(caption.tentative(), "");
    return LiveBlock.newest(stable, tentative, CAPTION_CHARS);
  }
}
