package io.dragoman.speech;

import java.net.InetAddress;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How to reach Google Speech, and how patient to be with it. Refuses what cannot work with a
 * sentence for a human.
 *
 * @param endpoint {@code host:port} of a server that speaks the protocol; null for Google's own of
 *     the location
 * @param plaintext without TLS and without credentials, which only a loopback endpoint may be;
 *     otherwise the environment's application default credentials are used
 * @param project the cloud project that is charged
 * @param location where it is recognised, such as {@code global} or {@code us-central1}
 * @param recognizer the recogniser's id; {@code _} for none
 * @param model the recognition model
 * @param maxStreams how many streams this node is to hear at once. It sizes the pool of
 *     connections, which can carry twice as many for a moment
 * @param buffer how much audio of a stream is kept at most until a final covers it
 * @param catchUp how many times faster than real time kept audio is sent again; Google refuses what
 *     comes too fast
 * @param idleFillAfter after how long without audio silence is sent in its place, unless the client
 *     may be cut off within a word; the service ends a stream after about 10 s
 * @param rotateAfter from what age a call is renewed when nobody speaks
 * @param rotateAtLatest at what age a call is renewed in any case; Google's limit is five minutes
 * @param patience how long a call may take no audio, or not end after its last audio, before it
 *     counts as broken; and, at first, for how long it may say nothing about so much that sounds
 *     like speech before it is asked
 * @param finishWithin how long a stream is heard to its end after {@link SpeechStream#finish()}
 * @param retryFirst the pause after the first failure; it doubles with each, and is jittered
 * @param retryLongest the longest pause
 * @param giveUpAfter how long a stream may fail until it ends
 */
public record SpeechConfig(
    @Nullable String endpoint,
    boolean plaintext,
    String project,
    String location,
    String recognizer,
    String model,
    int maxStreams,
    Duration buffer,
    double catchUp,
    Duration lead,
    Duration idleFillAfter,
    Duration rotateAfter,
    Duration rotateAtLatest,
    Duration patience,
    Duration finishWithin,
    Duration retryFirst,
    Duration retryLongest,
    Duration giveUpAfter) {

  private static final Pattern HOST_AND_PORT =
      Pattern.compile("(?<host>\\[[0-9a-fA-F:.]+]|[^:/\\s\\[\\]]+):(?<port>[0-9]{1,5})");

  public SpeechConfig {
    if (endpoint != null) {
      String host = host(endpoint);
      if (plaintext && !isLoopback(host)) {
        throw new IllegalArgumentException(
            "speech.endpoint: "
                + endpoint
                + " is on another machine, where speech must not travel in plaintext;"
                + " use a loopback address such as 127.0.0.1");
      }
    } else if (plaintext) {
      throw new IllegalArgumentException(
          "plaintext: only possible with a speech.endpoint on this machine");
    }
    requirePart("speech.project", project);
    requirePart("speech.location", location);
    requirePart("recognizer", recognizer);
    requirePart("speech.model", model);
    requireThat(maxStreams >= 1, "speech.max_streams: " + maxStreams + " is not at least 1");
    requireThat(
        buffer.compareTo(Duration.ofSeconds(2)) >= 0
            && buffer.compareTo(Duration.ofMinutes(5)) <= 0,
        "speech.buffer_s: " + buffer.toMillis() / 1e3 + " s is not in 2 to 300 s");
    requireThat(catchUp >= 1, "catchUp: " + catchUp + " is not at least 1");
    requirePositive("lead", lead);
    requirePositive("idleFillAfter", idleFillAfter);
    requirePositive("rotateAfter", rotateAfter);
    requireThat(
        rotateAtLatest.compareTo(rotateAfter) >= 0,
        "rotateAtLatest: " + rotateAtLatest.toMillis() + " ms is before rotateAfter");
    requirePositive("patience", patience);
    requirePositive("finishWithin", finishWithin);
    requirePositive("retryFirst", retryFirst);
    requireThat(
        retryLongest.compareTo(retryFirst) >= 0,
        "retryLongest: " + retryLongest.toMillis() + " ms is less than retryFirst");
    requirePositive("giveUpAfter", giveUpAfter);
  }

  /** Google's own service, with application default credentials. */
  public static SpeechConfig google(String project) {
    return of(null, false, project);
  }

  /** Another server on this machine that speaks the protocol, in plaintext. */
  public static SpeechConfig loopback(String endpoint) {
    return of(endpoint, true, "local");
  }

  /** The same with another place, model, number of streams, and buffer. */
  public SpeechConfig with(String location, String model, int maxStreams, Duration buffer) {
    return new SpeechConfig(
        endpoint,
        plaintext,
        project,
        location,
        recognizer,
        model,
        maxStreams,
        buffer,
        catchUp,
        lead,
        idleFillAfter,
        rotateAfter,
        rotateAtLatest,
        patience,
        finishWithin,
        retryFirst,
        retryLongest,
        giveUpAfter);
  }

  private static SpeechConfig of(@Nullable String endpoint, boolean plaintext, String project) {
    return new SpeechConfig(
        endpoint,
        plaintext,
        project,
        "global",
        "_",
        "long",
        300,
        Duration.ofSeconds(30),
        4,
        Duration.ofSeconds(20),
        Duration.ofSeconds(5),
        Duration.ofMinutes(4),
        Duration.ofSeconds(285),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofMillis(250),
        Duration.ofSeconds(8),
        Duration.ofMinutes(1));
  }

  /** Where to connect to, as {@code host:port}. */
  String address() {
    if (endpoint != null) {
      return endpoint;
    }
    return location.equals("global")
        ? "speech.googleapis.com:443"
        : location + "-speech.googleapis.com:443";
  }

  /** The recogniser's full name, as the first message of a call carries it. */
  String recognizerPath() {
    return "projects/" + project + "/locations/" + location + "/recognizers/" + recognizer;
  }

  private static String host(String endpoint) {
    Matcher matcher = HOST_AND_PORT.matcher(endpoint);
    requireThat(
        matcher.matches(), "speech.endpoint: \"" + endpoint + "\" is not of the form host:port");
    int port = Integer.parseInt(matcher.group("port"));
    requireThat(
        port >= 1 && port <= 65_535, "speech.endpoint: port " + port + " is not in 1..65535");
    return matcher.group("host");
  }

  /** Judges by the text alone: a name is looked up nowhere. */
  private static boolean isLoopback(String host) {
    if (host.equals("localhost")) {
      return true;
    }
    try {
      return InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException notAnAddress) {
      return false;
    }
  }

  private static void requirePart(String key, String value) {
    requireThat(
        !value.isBlank() && value.indexOf('/') < 0,
        key + ": \"" + value + "\" is empty or holds a slash");
  }

  private static void requirePositive(String key, Duration value) {
    requireThat(value.isPositive(), key + ": " + value.toMillis() + " ms is not positive");
  }

  private static void requireThat(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
