package io.dragoman.cli;

import java.io.Console;
import java.io.PrintStream;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A block of lines at the bottom of a terminal that is drawn over itself again and again, with
 * lasting lines above it. Lines that are too wide are cut by the terminal. Thread-safe.
 */
public final class LiveBlock {
  private static final String ESC = "\u001b[";
  private static final String NO_WRAP = ESC + "?7l";
  private static final String WRAP = ESC + "?7h";
  private static final String PLAIN = ESC + "0m";
  private static final String CLEAR_REST_OF_LINE = ESC + "K";
  private static final String CLEAR_BELOW = ESC + "J";

  /** Control characters, and Unicode's separators of lines. */
  private static final Pattern STEERING = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");

  private final PrintStream out;

  /** How many lines the block has. Guarded by this. */
  private int height;

  public LiveBlock(PrintStream out) {
    this.out = out;
  }

  /** Whether both input and output are a terminal. */
  @SuppressWarnings("SystemConsoleNull") // It is null again since JDK 25.
  public static boolean terminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /** Text from elsewhere, without what would steer the terminal or begin another line. */
  static String plain(String text) {
    return STEERING.matcher(text).replaceAll(" ");
  }

  /** The text, dimmed; nothing for nothing. */
  public static String dim(String text) {
    return text.isEmpty() ? "" : ESC + "2m" + text + PLAIN;
  }

  /**
   * The end of a caption, where its newest words are, in plain text, the tentative part dimmed.
   *
   * @param chars how many there is room for
   */
  public static String newest(String stable, String tentative, int chars) {
    int over = stable.length() + tentative.length() - chars;
    if (over <= 0) {
      return plain(stable) + dim(plain(tentative));
    }
    String rest = stable.substring(Math.min(over + 1, stable.length()));
    String tail = tentative.substring(Math.max(0, over + 1 - stable.length()));
    return "…" + plain(rest) + dim(plain(tail));
  }

  /** The text, bold. */
  public static String bold(String text) {
    return ESC + "1m" + text + PLAIN;
  }

  /**
   * Shows these lines in place of the ones before.
   *
   * @param lasting lines to leave above them for good
   */
  public synchronized void update(List<String> lasting, List<String> lines) {
    StringBuilder text = new StringBuilder();
    if (height > 0) {
      text.append(ESC).append(height).append('F');
    }
    for (String line : lasting) {
      text.append(line).append(PLAIN + CLEAR_REST_OF_LINE + "\n");
    }
    text.append(NO_WRAP);
    for (String line : lines) {
      text.append(line).append(PLAIN + CLEAR_REST_OF_LINE + "\n");
    }
    text.append(WRAP + CLEAR_BELOW);
    out.print(text);
    out.flush();
    height = lines.size();
  }
}
