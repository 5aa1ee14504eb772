package io.dragoman.cli.demo;

import io.dragoman.standin.FaultKind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A fault that the demo's stand-ins are given while its sessions speak.
 *
 * @param share of the calls that meet it
 * @param seconds for how long
 */
record StandInFault(FaultKind kind, double share, int seconds) {
  /** It begins when every session has spoken for so long. */
  static final int BEGINS_AFTER_SECONDS = 3;

  StandInFault during(int value) {
    return new StandInFault(kind, share, value);
  }

  /**
   * In figures.
   *
   * @param name as the stand-ins call it
   */
  record Figures(String name, double share, int seconds) {}

  Figures figures() {
    return new Figures(kind.wireName(), share, seconds);
  }

  /** For people. */
  String describe() {
    return "%s befalls %s for %d s"
        .formatted(
            kind.wireName(),
            share == 1 ? "all calls" : String.format(Locale.ROOT, "%.0f %% of calls", 100 * share),
            seconds);
  }

  /**
   * Sets it.
   *
   * @param baseUrl of the stand-in for OpenAI, which serves both stand-ins' faults
   * @throws IOException when it cannot be set
   */
  void set(String baseUrl) throws IOException, InterruptedException {
    String document =
        "{\"name\": \"%s\", \"share\": %s, \"seconds\": %d}"
            .formatted(kind.wireName(), share, seconds);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(baseUrl).resolve("/standin/fault"))
            .timeout(Duration.ofSeconds(10))
            .POST(HttpRequest.BodyPublishers.ofString(document))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IOException("the stand-in answers " + response.statusCode());
      }
    }
  }

  /** Reads {@code NAME} or {@code NAME:SHARE}. */
  static final class Converter implements ITypeConverter<StandInFault> {
    @Override
    public StandInFault convert(String text) {
      String[] parts = text.split(":", 2);
      FaultKind kind =
          FaultKind.named(parts[0])
              .orElseThrow(
                  () ->
                      new TypeConversionException(
                          "\"%s\" is not one of %s"
                              .formatted(parts[0], String.join(", ", FaultKind.names()))));
      double share = parts.length == 1 ? 1 : share(parts[1]);
      return new StandInFault(kind, share, 10);
    }

    private static double share(String text) {
      try {
        double share = Double.parseDouble(text);
        if (share > 0 && share <= 1) {
          return share;
        }
      } catch (NumberFormatException e) {
        // Told below.
      }
      throw new TypeConversionException(
          "\"%s\" is not a share of the calls, above 0 and at most 1, such as 0.3".formatted(text));
    }
  }

  /** The names, for the help. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.copyOf(FaultKind.names()).iterator();
    }
  }
}
