package io.dragoman.quota;

import java.time.Duration;

/** What the gate answers. */
public sealed interface Decision {

  /** Go ahead, at once. */
  record Granted(Permit permit) implements Decision {}

  /** Not yet: ask again after {@code retryAfter}. */
  record Wait(Duration retryAfter, Bound bound) implements Decision {}

  /** Never: the request is larger than the whole limit. */
  record Impossible(String reason) implements Decision {}

  /** What stands in the way. */
  enum Bound {
    REQUESTS,
    TOKENS,
    /** The room that is left is kept for finals. */
    RESERVED_FOR_FINALS,
    /** The cluster's shared state does not answer. */
    UNREACHABLE
  }
}
