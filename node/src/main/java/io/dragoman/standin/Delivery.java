package io.dragoman.standin;

import io.dragoman.standin.FaultKind.Service;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;

/**
 * How an answer is sent.
 *
 * @param firstToken after how long it begins
 * @param perToken from each token to the next
 */
record Delivery(ChatAnswer answer, Duration firstToken, Duration perToken, Ending ending) {

  /** What comes after the last token. */
  enum Ending {
    WHOLE,
    /** Nothing, but the response ends in good order. */
    CUT,
    /** The connection is reset; before the response begins, where no token is sent. */
    RESET
  }

  /** As a sound server sends it. */
  static Delivery sound(ChatAnswer answer, Pace pace) {
    return new Delivery(answer, pace.nextFirstToken(), pace.perToken(), Ending.WHOLE);
  }

  /**
   * What a fault makes of it.
   *
   * @throws ApiException where an error document is sent in its place
   * @throws CloseConnectionException where nothing is, once the fault is over
   */
  Delivery under(ActiveFault active, ServerResponse response)
      throws ApiException, InterruptedException {
    Fault fault = active.fault();
    int parameter = fault.parameter();
    return switch (fault.kind()) {
      case RATE_LIMIT -> {
        LimitHeaders.retryAfter(response, fault.time());
        throw new ApiException(
            429,
            "requests",
            null,
            "rate_limit_exceeded",
            "Rate limit reached for %s on requests per min (RPM). Please try again in %s."
                .formatted(answer.call().model(), LimitHeaders.goDuration(fault.time())));
      }
      case SERVER_ERROR ->
          throw new ApiException(
              parameter,
              "server_error",
              null,
              null,
              "The server had an error while processing your request. Sorry about that!");
      case INVALID_KEY -> throw ApiException.invalidKey("Incorrect API key provided.");
      case NO_QUOTA ->
          throw new ApiException(
              429,
              "insufficient_quota",
              null,
              "insufficient_quota",
              "You exceeded your current quota, please check your plan and billing details.");
      case NO_MODEL ->
          throw new ApiException(
              404,
              "invalid_request_error",
              null,
              "model_not_found",
              "The model `%s` does not exist or you do not have access to it."
                  .formatted(answer.call().model()));
      case HANG -> {
        active.awaitEnd();
        throw new CloseConnectionException("the answer that never came");
      }
      case SLOW_START -> new Delivery(answer, fault.time(), perToken, ending);
      case TRICKLE -> new Delivery(answer, firstToken, fault.time(), ending);
      case RESET -> with(answer.cutAfter(parameter, ""), Ending.RESET);
      case CUT -> with(answer.cutAfter(parameter, ""), Ending.CUT);
      case FILTERED -> with(answer.cutAfter(parameter, "content_filter"), ending);
      case TRUNCATED -> with(answer.cutAfter(parameter, "length"), ending);
      case SPEECH_CUT,
          SPEECH_UNAVAILABLE,
          SPEECH_INTERNAL,
          SPEECH_EXHAUSTED,
          SPEECH_SILENT,
          SPEECH_UNAUTHENTICATED,
          SPEECH_DENIED,
          SPEECH_INVALID ->
          throw new IllegalArgumentException(fault.kind() + " is none of " + Service.OPENAI);
    };
  }

  /** Whether the connection is reset before anything is sent. */
  boolean resetsAtOnce() {
    return ending == Ending.RESET && answer.tokens().isEmpty();
  }

  private Delivery with(ChatAnswer cut, Ending how) {
    return new Delivery(cut, firstToken, perToken, how);
  }
}
