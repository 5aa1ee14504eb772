package io.dragoman.standin;

import java.time.Duration;

/**
 * How the OpenAI stand-in behaves.
 *
 * @param port on loopback; 0 takes a free one
 * @param apiKey the one bearer key that it accepts
 * @param requestsPerMinute requests that it accepts in any rolling 60 s
 * @param tokensPerMinute tokens that it charges in any rolling 60 s
 * @param charge what a request is charged
 * @param firstToken the median of the log-normal delay from a request to its first token
 * @param firstTokenSigma the deviation of the delay's logarithm; 0 makes every delay the median
 * @param perToken from each token to the next
 * @param seed of the delays: the same seed gives the same delays in the same order
 */
public record OpenAiStandInConfig(
    int port,
    String apiKey,
    int requestsPerMinute,
    int tokensPerMinute,
    Charge charge,
    Duration firstToken,
    double firstTokenSigma,
    Duration perToken,
    long seed) {

  /** What counts against the limit of tokens. */
  public enum Charge {
    /** The prompt and the most tokens the answer may have, for good: as OpenAI's limiter counts. */
    RESERVED,
    /** The same, until the answer is complete; from then on the prompt and the answer. */
    USAGE
  }

  public OpenAiStandInConfig {
    check(port >= 0 && port <= 65_535, "port: " + port + " is not in 0..65535");
    check(!apiKey.isBlank(), "apiKey: it is empty, so nobody could use the stand-in");
    check(requestsPerMinute > 0, "requestsPerMinute: " + requestsPerMinute + " is not positive");
    check(tokensPerMinute > 0, "tokensPerMinute: " + tokensPerMinute + " is not positive");
    check(!firstToken.isNegative(), "firstToken: " + firstToken + " is negative");
    check(
        firstTokenSigma >= 0 && firstTokenSigma <= 3,
        "firstTokenSigma: " + firstTokenSigma + " is not in 0..3");
    check(!perToken.isNegative(), "perToken: " + perToken + " is negative");
  }

  /** The limits and delays of a usual account: 4,500 requests, 1,800,000 tokens, 300 ms, 12 ms. */
  public static OpenAiStandInConfig defaults() {
    return new OpenAiStandInConfig(
        0,
        "stand-in",
        4_500,
        1_800_000,
        Charge.RESERVED,
        Duration.ofMillis(300),
        0.35,
        Duration.ofMillis(12),
        1);
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
