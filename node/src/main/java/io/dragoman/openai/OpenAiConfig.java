package io.dragoman.openai;

import java.net.URI;
import java.time.Duration;
import java.util.Set;

/**
 * Where the language model is, and how to talk to it.
 *
 * @param baseUrl the part of the address before {@code /chat/completions}
 * @param apiKey the bearer key; never logged
 * @param connections how many HTTP/2 connections are kept
 * @param callsPerConnection how many calls each carries at once; servers allow about a hundred
 * @param connectTimeout the longest wait for a connection
 * @param timeout the longest call, from its permit to the last byte of its body
 * @param rests how long the service is left alone while it is in trouble
 */
public record OpenAiConfig(
    URI baseUrl,
    String apiKey,
    int connections,
    int callsPerConnection,
    Duration connectTimeout,
    Duration timeout,
    Rests rests) {

  /**
   * How long an upstream in trouble is left alone.
   *
   * @param first the first rest; each is twice the one before
   * @param longest the longest rest, unless the upstream asks for more
   * @param certainAfter for how long it must have refused for that to be certain
   */
  public record Rests(Duration first, Duration longest, Duration certainAfter) {
    public static final Rests DEFAULT =
        new Rests(Duration.ofMillis(250), Duration.ofSeconds(10), Duration.ofSeconds(5));
  }

  private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

  public OpenAiConfig {
    String scheme = baseUrl.getScheme();
    if (baseUrl.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
      throw new IllegalArgumentException(
          "openai.base_url: \"" + baseUrl + "\" is not an http or https address");
    }
    if ("http".equals(scheme) && !LOOPBACK.contains(baseUrl.getHost())) {
      throw new IllegalArgumentException(
          "openai.base_url: "
              + baseUrl
              + " is on another machine, where the key must not travel in plaintext; use https");
    }
    if (apiKey.isBlank() || apiKey.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw new IllegalArgumentException(
          "openai.api_key: a key without spaces or control characters is needed");
    }
    requirePositive("openai.connections", connections);
    requirePositive("openai.calls_per_connection", callsPerConnection);
    if (!connectTimeout.isPositive() || !timeout.isPositive()) {
      throw new IllegalArgumentException("openai.timeout_s: must be positive");
    }
  }

  /** Four connections of up to 32 calls, and calls of at most {@code timeout}. */
  public static OpenAiConfig of(URI baseUrl, String apiKey, Duration timeout) {
    return new OpenAiConfig(baseUrl, apiKey, 4, 32, Duration.ofSeconds(3), timeout, Rests.DEFAULT);
  }

  /** The same with as many more connections as so many calls at once need. */
  public OpenAiConfig withCalls(int calls) {
    int needed = Math.max(connections, Math.ceilDiv(calls, callsPerConnection));
    return new OpenAiConfig(
        baseUrl, apiKey, needed, callsPerConnection, connectTimeout, timeout, rests);
  }

  /** How many calls the connections carry at once. */
  public int mostCalls() {
    return connections * callsPerConnection;
  }

  URI resolve(String path) {
    String base = baseUrl.toString();
    return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
  }

  private static void requirePositive(String key, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(key + ": " + value + " is not positive");
    }
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "OpenAiConfig[" + baseUrl + "]";
  }
}
