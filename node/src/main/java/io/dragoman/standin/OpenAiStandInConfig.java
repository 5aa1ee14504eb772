package io.dragoman.standin;

import java.time.Duration;

/**
 * How the OpenAI stand-in behaves.
 *
 * @param port on loopback; 0 takes a free one
 * @param apiKey the one bearer key that it accepts
 */
public record OpenAiStandInConfig(int port, String apiKey, Limits limits, Delays delays) {
  public OpenAiStandInConfig {
    check(port >= 0 && port <= 65_535, "port: " + port + " is not in 0..65535");
    check(!apiKey.isBlank(), "apiKey: it is empty, so nobody could use the stand-in");
  }

  /** Any free port, the key {@code stand-in}, and the defaults of all else. */
  public static OpenAiStandInConfig defaults() {
    return new OpenAiStandInConfig(0, "stand-in", Limits.defaults(), Delays.defaults());
  }

  public OpenAiStandInConfig withPort(int value) {
    return new OpenAiStandInConfig(value, apiKey, limits, delays);
  }

  public OpenAiStandInConfig withApiKey(String value) {
    return new OpenAiStandInConfig(port, value, limits, delays);
  }

  public OpenAiStandInConfig withLimits(Limits value) {
    return new OpenAiStandInConfig(port, apiKey, value, delays);
  }

  public OpenAiStandInConfig withDelays(Delays value) {
    return new OpenAiStandInConfig(port, apiKey, limits, value);
  }

  /**
   * What it accepts in any rolling 60 s.
   *
   * @param requests how many requests
   * @param tokens how many charged tokens
   */
  public record Limits(int requests, int tokens, Charge charge) {
    public Limits {
      check(requests > 0, "limits.requests: " + requests + " is not positive");
      check(tokens > 0, "limits.tokens: " + tokens + " is not positive");
    }

    /** 4,500 requests and 1,800,000 reserved tokens. */
    public static Limits defaults() {
      return new Limits(4_500, 1_800_000, Charge.RESERVED);
    }
  }

  /** Which tokens of a request count. */
  public enum Charge {
    /** The prompt and the most tokens the answer may have, for good: as OpenAI's limiter counts. */
    RESERVED,
    /** The same, until the answer is complete; from then on the prompt and the answer. */
    USAGE
  }

  /**
   * How long an answer takes.
   *
   * @param firstToken the median of the log-normal delay from a request to its first token
   * @param sigma the deviation of that delay's logarithm; 0 makes every delay the median
   * @param perToken from each token to the next
   * @param seed the same seed gives the same delays in the same order
   */
  public record Delays(Duration firstToken, double sigma, Duration perToken, long seed) {
    /** No delay at all. */
    public static final Delays NONE = new Delays(Duration.ZERO, 0, Duration.ZERO, 0);

    public Delays {
      check(!firstToken.isNegative(), "delays.firstToken: " + firstToken + " is negative");
      check(sigma >= 0 && sigma <= 3, "delays.sigma: " + sigma + " is not in 0..3");
      check(!perToken.isNegative(), "delays.perToken: " + perToken + " is negative");
    }

    /** 300 ms with a 99th percentile of about 680 ms, then 12 ms a token. */
    public static Delays defaults() {
      return new Delays(Duration.ofMillis(300), 0.35, Duration.ofMillis(12), 1);
    }
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
