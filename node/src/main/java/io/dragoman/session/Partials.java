package io.dragoman.session;

import io.dragoman.protocol.ServerMessage;
import io.dragoman.protocol.ServerMessage.Caption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The newest partial caption of each role and language, so there are never more than lanes of a
 * session. Not thread-safe.
 */
final class Partials {

  private record Lane(ServerMessage.Role role, String lang) {
    static Lane of(Caption caption) {
      return new Lane(caption.role(), caption.lang());
    }
  }

  /**
   * A partial that waits.
   *
   * @param since when it came, on the monotonic clock
   */
  record Partial(Caption caption, long since) {}

  /** The one that has waited longest comes first. */
  private final Map<Lane, Partial> newest = new LinkedHashMap<>();

  boolean isEmpty() {
    return newest.isEmpty();
  }

  /** Adds a partial, in place of an older one. */
  void add(Caption partial) {
    newest.put(Lane.of(partial), new Partial(partial, System.nanoTime()));
  }

  /** Drops what a final makes needless. */
  void settle(Caption settled) {
    newest.computeIfPresent(
        Lane.of(settled),
        (lane, partial) -> partial.caption().seg().equals(settled.seg()) ? null : partial);
  }

  /** Takes the one that has waited longest; null if there is none. */
  @Nullable Partial poll() {
    var oldest = newest.entrySet().iterator();
    if (!oldest.hasNext()) {
      return null;
    }
    Partial partial = oldest.next().getValue();
    oldest.remove();
    return partial;
  }
}
