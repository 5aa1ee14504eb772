package io.dragoman.quota;

import java.util.ArrayList;
import java.util.List;

/**
 * What a session used of the quota lately, to be brought along to another node. In ages and not in
 * times, since clocks of machines differ. Immutable.
 *
 * @param parts in no order
 */
public record RecentUse(List<Part> parts) {

  /**
   * A part of it.
   *
   * @param age how long ago the youngest request of it was permitted, in nanoseconds
   * @param tokens what they reserved
   */
  public record Part(long age, int requests, long tokens) {
    public Part {
      if (age < 0 || requests < 0 || tokens < 0) {
        throw new IllegalArgumentException("a part of a use is never negative");
      }
    }
  }

  public RecentUse {
    parts = List.copyOf(parts);
  }

  /** The same some time later; what is older than a window then is left out. */
  public RecentUse later(long nanos, long window) {
    List<Part> rest = new ArrayList<>();
    for (Part part : parts) {
      if (part.age <= window - nanos) {
        rest.add(new Part(part.age + nanos, part.requests, part.tokens));
      }
    }
    return new RecentUse(rest);
  }

  /** All of it together. */
  Amount total() {
    Amount total = Amount.ZERO;
    for (Part part : parts) {
      total = total.plus(Amount.of(part.requests, part.tokens));
    }
    return total;
  }
}
