package io.dragoman.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The node that a command asks: its option, and what there is to say when it does not answer. */
final class AdminListener {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final JsonMapper JSON = new JsonMapper();

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:8081",
      scope = ScopeType.INHERIT,
      description = "Any node's admin listener, its node.admin (default: ${DEFAULT-VALUE}).")
  private String admin = "";

  /**
   * What a node answered.
   *
   * @param raw as it said it
   * @param said as it is meant
   */
  record Answer<T>(String raw, T said) {}

  static HttpClient connect() {
    return HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  }

  /** Where a path is. The command line is wrong where there can be nothing. */
  URI at(String path) {
    return at("--admin", admin, path);
  }

  /**
   * The same at another node.
   *
   * @param what the address is, for whoever gave it
   */
  URI at(String what, String address, String path) {
    try {
      URI base = new URI("http://" + address);
      if (base.getHost() != null && base.getPort() > 0 && base.getRawPath().isEmpty()) {
        return base.resolve(path);
      }
    } catch (URISyntaxException e) {
      // Told below.
    }
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(),
        "%s: \"%s\" is not HOST:PORT, for example 127.0.0.1:8081".formatted(what, address));
  }

  <T> Answer<T> get(HttpClient http, URI address, Class<T> type)
      throws CommandException, InterruptedException {
    return ask(http, HttpRequest.newBuilder(address).build(), type);
  }

  /**
   * Asks for a change.
   *
   * @throws CommandException also if the node refuses it, with its sentence
   */
  <T> Answer<T> put(HttpClient http, URI address, Object document, Class<T> type)
      throws CommandException, InterruptedException {
    String json;
    try {
      json = JSON.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a document that cannot be written", e);
    }
    return ask(
        http, HttpRequest.newBuilder(address).PUT(BodyPublishers.ofString(json)).build(), type);
  }

  /** Asks for something to be done. */
  <T> Answer<T> post(HttpClient http, URI address, Class<T> type)
      throws CommandException, InterruptedException {
    return ask(http, HttpRequest.newBuilder(address).POST(BodyPublishers.noBody()).build(), type);
  }

  /** Whether nothing listens where a node was asked; otherwise it may only be slow. */
  static boolean isNothingThere(CommandException e) {
    return e.getCause() instanceof ConnectException;
  }

  private <T> Answer<T> ask(HttpClient http, HttpRequest request, Class<T> type)
      throws CommandException, InterruptedException {
    String place = request.uri().getAuthority();
    HttpResponse<String> response;
    try {
      response =
          http.send(
              HttpRequest.newBuilder(request, (name, value) -> true).timeout(TIMEOUT).build(),
              BodyHandlers.ofString());
    } catch (HttpTimeoutException e) {
      throw unavailable("%s does not answer within %d s".formatted(place, TIMEOUT.toSeconds()));
    } catch (ConnectException e) {
      CommandException nothing = unavailable("nothing answers at " + place);
      nothing.initCause(e);
      throw nothing;
    } catch (IOException e) {
      throw unavailable(
          "what answers at %s does not speak HTTP; perhaps it is a node's grid.listen"
              .formatted(place));
    }
    String body = response.body();
    int status = response.statusCode();
    if (request.method().equals("PUT") && (status == 400 || status == 503)) {
      throw new CommandException(status == 400 ? ExitCode.USAGE : ExitCode.FAILED, body.strip());
    }
    if (status == 404) {
      throw unavailable(
          ("what answers at %s is no admin listener; perhaps it is a node's node.listen, which is for"
                  + " clients")
              .formatted(place));
    }
    if (status != 200) {
      throw unavailable(
          "what answers at %s is no admin listener of a node (HTTP %d)".formatted(place, status));
    }
    try {
      return new Answer<>(body, JSON.readValue(body, type));
    } catch (JsonProcessingException e) {
      throw unavailable("what answers at %s is no admin listener of a node".formatted(place));
    }
  }

  private static CommandException unavailable(String sentence) {
    return new CommandException(
        ExitCode.UNAVAILABLE,
        sentence
            + "; give a running node's node.admin as --admin HOST:PORT (a node prints it when it is"
            + " ready)");
  }
}
