package io.dragoman.cli;

import io.dragoman.protocol.ServerMessage.Caption;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prints captions as they grow. On a terminal the growing ones stand below, their tentative part
 * dimmed, and finals are lasting lines above; elsewhere every change is a line, and what still
 * grows ends with an ellipsis. Used by one thread at a time.
 */
final class CaptionPrinter {
  private static final String ELLIPSIS = "…";

  /** How much of a growing caption's end is shown: its newest words. */
  private static final int SHOWN_CHARS = 60;

  private final PrintStream out;
  private final @Nullable LiveBlock block;

  /** The lines that grow, by label. */
  private final Map<String, String> growing = new LinkedHashMap<>();

  CaptionPrinter(PrintStream out, boolean terminal) {
    this.out = out;
    this.block = terminal ? new LiveBlock(out) : null;
  }

  void print(Caption caption) {
    String label =
        "%-11s %-6s ".formatted(caption.role().name().toLowerCase(Locale.ROOT), caption.lang());
    String stable = text(caption.stable());
    String tentative = text(caption.tentative());
    if (caption.isFinal()) {
      growing.remove(label);
      printLine(label + text(caption.text()));
    } else if (block != null) {
      growing.put(label, label + LiveBlock.newest(stable, tentative, SHOWN_CHARS));
      block.update(List.of(), List.copyOf(growing.values()));
    } else {
      String line = label + stable + tentative + " " + ELLIPSIS;
      if (!line.equals(growing.put(label, line))) {
        out.println(line);
      }
    }
  }

  /** Prints a line that is no caption. */
  void printLine(String line) {
    if (block == null) {
      out.println(line);
    } else {
      block.update(List.of(line), List.copyOf(growing.values()));
    }
  }

  /** Takes away what grows no more. */
  void finish() {
    growing.clear();
    if (block != null) {
      block.update(List.of(), List.of());
    }
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
