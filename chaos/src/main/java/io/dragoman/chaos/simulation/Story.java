package io.dragoman.chaos.simulation;

import com.google.errorprone.annotations.FormatMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What happened, in lines for people; and what must not have happened. */
final class Story {
  private static final int KEPT = 5;

  private final Timeline time;
  private final @Nullable Consumer<String> reader;
  private final List<String> violations = new ArrayList<>();

  Story(Timeline time, @Nullable Consumer<String> reader) {
    this.time = time;
    this.reader = reader;
  }

  /** Whether anybody listens. */
  boolean isTold() {
    return reader != null;
  }

  @FormatMethod
  void tell(String format, Object... values) {
    if (reader != null) {
      reader.accept("%10.3f s  %s".formatted(seconds(), format.formatted(values)));
    }
  }

  @FormatMethod
  void violation(String format, Object... values) {
    String what = format.formatted(values);
    tell("VIOLATION: %s", what);
    if (violations.size() < KEPT) {
      violations.add("at %.3f s: %s".formatted(seconds(), what));
    }
  }

  List<String> violations() {
    return violations;
  }

  private double seconds() {
    return (double) time.now() / Timeline.SECOND;
  }
}
