package io.dragoman.openai;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How a call ended. */
public sealed interface ApiResult {

  /** The whole answer. {@code usage} is null where the upstream reported none. */
  record Completed(String text, @Nullable Usage usage) implements ApiResult {}

  /**
   * An answer that is not whole: {@code finish_reason} was {@code length} or {@code
   * content_filter}, or the stream broke.
   */
  record Incomplete(String text, String reason) implements ApiResult {

    /** Whether it would have been longer than {@code max_completion_tokens}. */
    public boolean cutOff() {
      return reason.equals("length");
    }
  }

  /** 429: the upstream's limit was reached; it says how long to wait, or zero. */
  record RateLimited(Duration retryAfter, RateLimitHeaders limits) implements ApiResult {}

  /**
   * The upstream refuses the key, the account or the model: waiting does not help.
   *
   * @param code in the upstream's words, such as {@code invalid_api_key}
   */
  record Refused(String code) implements ApiResult {}

  /**
   * No answer.
   *
   * @param retryable whether the same request may succeed later
   * @param sent false when certainly no byte of the request left this machine
   * @param reason for operators; holds nobody's words
   */
  record Failed(boolean retryable, boolean sent, String reason) implements ApiResult {}
}
