package io.dragoman.standin;

import java.time.Duration;

/**
 * How the speech stand-in behaves.
 *
 * @param port on loopback; 0 takes a free one
 */
public record SpeechStandInConfig(int port, Hearing hearing, Limits limits) {
  public SpeechStandInConfig {
    require(port >= 0 && port <= 65_535, "port: " + port + " is not in 0..65535");
  }

  /** On a free port, as Google's service documents itself or was seen to behave. */
  public static SpeechStandInConfig defaults() {
    return new SpeechStandInConfig(0, Hearing.defaults(), Limits.defaults());
  }

  public SpeechStandInConfig withPort(int value) {
    return new SpeechStandInConfig(value, hearing, limits);
  }

  public SpeechStandInConfig withHearing(Hearing value) {
    return new SpeechStandInConfig(port, value, limits);
  }

  public SpeechStandInConfig withLimits(Limits value) {
    return new SpeechStandInConfig(port, hearing, value);
  }

  /**
   * When it says what. Every delay is time of the audio, not of the clock.
   *
   * @param interimDelay how far interim results trail the speech
   * @param finalDelay the silence after which an utterance is over
   * @param maxUtterance speech without such a silence becomes final after this long
   * @param wrongTail the probability that interims are wrong about a word while it is one of the
   *     last two
   * @param seed decides which words those are
   */
  public record Hearing(
      Duration interimDelay,
      Duration finalDelay,
      Duration maxUtterance,
      double wrongTail,
      long seed) {
    public Hearing {
      require(!interimDelay.isNegative(), "interimDelay: " + interimDelay + " is negative");
      require(
          finalDelay.compareTo(interimDelay) >= 0,
          "finalDelay: " + finalDelay + " is shorter than the interimDelay of " + interimDelay);
      requirePositive("maxUtterance", maxUtterance);
      require(wrongTail >= 0 && wrongTail <= 1, "wrongTail: " + wrongTail + " is not in 0..1");
    }

    public static Hearing defaults() {
      return new Hearing(
          Duration.ofMillis(300), Duration.ofMillis(700), Duration.ofSeconds(30), 0.5, 1);
    }
  }

  /**
   * What it refuses.
   *
   * @param maxDuration of a stream, of its audio as well as by the clock
   * @param idleTimeout a stream ends when no request comes for so long
   * @param maxLead how much more audio may have come than time has passed since the stream began;
   *     Google documents only that audio should come at about real time
   * @param maxAudioBytes in a request
   * @param maxStreams at once
   * @param maxStreamsPerConnection at once; clients are told and wait
   */
  public record Limits(
      Duration maxDuration,
      Duration idleTimeout,
      Duration maxLead,
      int maxAudioBytes,
      int maxStreams,
      int maxStreamsPerConnection) {
    public Limits {
      requirePositive("maxDuration", maxDuration);
      requirePositive("idleTimeout", idleTimeout);
      requirePositive("maxLead", maxLead);
      requirePositive("maxAudioBytes", maxAudioBytes);
      requirePositive("maxStreams", maxStreams);
      requirePositive("maxStreamsPerConnection", maxStreamsPerConnection);
    }

    public static Limits defaults() {
      return new Limits(
          Duration.ofMinutes(5), Duration.ofSeconds(10), Duration.ofSeconds(30), 25_600, 300, 100);
    }

    public Limits withMaxDuration(Duration value) {
      return new Limits(
          value, idleTimeout, maxLead, maxAudioBytes, maxStreams, maxStreamsPerConnection);
    }

    public Limits withIdleTimeout(Duration value) {
      return new Limits(
          maxDuration, value, maxLead, maxAudioBytes, maxStreams, maxStreamsPerConnection);
    }

    public Limits withMaxLead(Duration value) {
      return new Limits(
          maxDuration, idleTimeout, value, maxAudioBytes, maxStreams, maxStreamsPerConnection);
    }

    public Limits withMaxStreams(int value) {
      return new Limits(
          maxDuration, idleTimeout, maxLead, maxAudioBytes, value, maxStreamsPerConnection);
    }
  }

  private static void requirePositive(String name, Duration value) {
    require(value.isPositive(), name + ": " + value + " is not positive");
  }

  private static void requirePositive(String name, int value) {
    require(value > 0, name + ": " + value + " is not positive");
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
