package io.dragoman.quota;

import java.time.Duration;

/**
 * One request to the language model, as the quota sees it.
 *
 * @param priority finals go before partials
 * @param tokens an upper bound of what the upstream will charge: the prompt and {@code
 *     max_completion_tokens}
 * @param within by when from now on it should be sent; negative where that has passed. Finals that
 *     are due sooner go first; a partial is not sent later.
 */
public record QuotaRequest(Priority priority, int tokens, Duration within) {

  /** What a request is for. */
  public enum Priority {
    /** A sentence that is complete: may be late, is never dropped. */
    FINAL,
    /** A sentence that still grows: gives way to finals, and a newer one replaces it. */
    PARTIAL
  }

  public QuotaRequest {
    if (tokens <= 0) {
      throw new IllegalArgumentException("tokens: " + tokens + " is not positive");
    }
  }
}
