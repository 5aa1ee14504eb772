package io.dragoman.cli;

import io.dragoman.protocol.ServerMessage.Caption;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prints captions. On a terminal those that grow stand below, their tentative part dimmed, and
 * finals are lasting lines above; elsewhere there are only finals. What steers a terminal is left
 * out of all texts. Used by one thread at a time.
 */
final class CaptionPrinter {
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
        "%-11s %-6s "
            .formatted(
                caption.role().name().toLowerCase(Locale.ROOT), LiveBlock.plain(caption.lang()));
    if (caption.isFinal()) {
      growing.remove(label);
      printLine(label + text(caption.text()));
    } else if (block != null) {
      String newest =
          LiveBlock.newest(text(caption.stable()), text(caption.tentative()), SHOWN_CHARS);
      growing.put(label, label + newest);
      block.update(List.of(), List.copyOf(growing.values()));
    }
  }

  /** Prints a line that is no caption. */
  void printLine(String line) {
    String plain = LiveBlock.plain(line);
    if (block == null) {
      out.println(plain);
    } else {
      block.update(List.of(plain), List.copyOf(growing.values()));
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
