package io.dragoman.page;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The captions page at {@code /}, and the clips that it plays at {@code /clips/}. Its files are in
 * {@code src/main/web}. A browser asks each time whether a file is still the one that it has.
 * Thread-safe.
 */
public final class CaptionsPage {
  private static final String PAGE = "/io/dragoman/page/web/";
  private static final String CLIPS = "/io/dragoman/clips/";

  /**
   * What the page may do: run and show what comes from this node, connect to it, use the microphone
   * and the whole screen, and nothing else.
   */
  private static final Map<String, String> GUARDS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
              + " worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "Permissions-Policy",
          "microphone=(self), screen-wake-lock=(self), fullscreen=(self), autoplay=(self), camera=(),"
              + " display-capture=(), geolocation=(), payment=(), usb=()",
          "Referrer-Policy",
          "no-referrer",
          "X-Content-Type-Options",
          "nosniff",
          "Cross-Origin-Resource-Policy",
          "same-origin");

  /** The files that were asked for, and are there. */
  private final Map<String, StaticFile> files = new ConcurrentHashMap<>();

  /** Adds the page and the clips. */
  public void serveOn(HttpRouting.Builder routing) {
    routing
        .get("/", (request, response) -> answer(PAGE + "index.html", request, response))
        .get("/clips/", (request, response) -> answer(PAGE + "clips.json", request, response))
        .get("/clips/{file}", (request, response) -> answer(CLIPS, request, response))
        .get("/{file}", (request, response) -> answer(PAGE, request, response));
  }

  private void answer(String path, ServerRequest request, ServerResponse response) {
    String name = path.endsWith("/") ? path + request.path().pathParameters().get("file") : path;
    GUARDS.forEach((header, value) -> response.header(HeaderNames.create(header), value));
    find(name)
        .ifPresentOrElse(
            file -> answer(file, request, response),
            () -> response.status(Status.NOT_FOUND_404).send("There is no such page here.\n"));
  }

  private static void answer(StaticFile file, ServerRequest request, ServerResponse response) {
    response
        .header(HeaderNames.ETAG, file.tag())
        .header(HeaderNames.CACHE_CONTROL, "no-cache")
        .header(HeaderNames.CONTENT_TYPE, file.type());
    boolean known =
        request.headers().contains(HeaderNames.IF_NONE_MATCH)
            && request
                .headers()
                .get(HeaderNames.IF_NONE_MATCH)
                .allValues(true)
                .contains(file.tag());
    if (known) {
      response.status(Status.NOT_MODIFIED_304).send();
    } else {
      response.send(file.bytes());
    }
  }

  private Optional<StaticFile> find(String path) {
    StaticFile known = files.get(path);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<StaticFile> read = StaticFile.read(path);
    read.ifPresent(file -> files.put(path, file));
    return read;
  }
}
