package io.dragoman.session;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dragoman.protocol.ServerMessage;
import io.dragoman.session.SessionAnswer.Reason;
import io.helidon.common.uri.UriQuery;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What was said in a session, over HTTP from any node, for whoever has one of its resume tokens:
 * the transcript of a session that is live, interrupted or ended, and its erasure. Thread-safe.
 */
final class TranscriptEndpoint {
  private static final JsonMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
  private static final String SESSION = "/v1/sessions/{id}";
  private static final String BEARER = "Bearer ";

  /** Somebody waits for the answer, with a browser. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final List<String> ROLES = List.of("source", "corrected", "translation");

  /** How a transcript is written. */
  private record Format(String type, Function<Transcript, String> writer) {}

  private static final Map<String, Format> FORMATS =
      Map.of(
          "transcript.json", new Format("application/json", TranscriptEndpoint::json),
          "transcript.srt", new Format("application/x-subrip; charset=utf-8", Subtitles::srt),
          "transcript.vtt", new Format("text/vtt; charset=utf-8", Subtitles::vtt));

  private final SessionRegistry registry;

  TranscriptEndpoint(SessionRegistry registry) {
    this.registry = registry;
  }

  /**
   * Adds {@code GET /v1/sessions/{id}/transcript.json}, {@code .srt} and {@code .vtt}, and {@code
   * DELETE /v1/sessions/{id}}.
   */
  void serveOn(HttpRouting.Builder routing) {
    routing
        .get(SESSION + "/{document}", answering(this::tell))
        .delete(SESSION, answering(this::erase));
  }

  private void tell(ServerRequest request, ServerResponse response)
      throws RefusedException, InterruptedException {
    String document = request.path().pathParameters().get("document");
    Format format = FORMATS.get(document);
    if (format == null) {
      throw new RefusedException(
          Status.NOT_FOUND_404,
          "There is transcript.json, transcript.srt and transcript.vtt of a session, and nothing"
              + " else.");
    }
    UriQuery query = request.query();
    if (!List.of("role", "lang").containsAll(query.names())) {
      throw new RefusedException(
          Status.BAD_REQUEST_400, "Only these parameters are known here: role, lang.");
    }
    boolean subtitles = !document.endsWith(".json");
    String role = query.first("role").orElse(null);
    String lang = query.first("lang").orElse(null);
    if (subtitles && lang == null && "translation".equals(role)) {
      throw new RefusedException(
          Status.BAD_REQUEST_400, "lang: is needed for the subtitles of a translation.");
    }
    SessionRecord record = record(request);
    Predicate<Transcript.Line> wanted = wanted(record.terms(), role, lang);
    Transcript transcript =
        Transcript.of(
            record,
            subtitles && lang == null ? wanted.and(line -> !isTranslation(line)) : wanted,
            registry.nowMs());
    response
        .header(HeaderNames.CONTENT_TYPE, format.type())
        .header(HeaderNames.CACHE_CONTROL, "no-store")
        .send(format.writer().apply(transcript));
  }

  private SessionRecord record(ServerRequest request)
      throws RefusedException, InterruptedException {
    return switch (ask(request, SessionChange.Read::new)) {
      case SessionAnswer.Held(SessionRecord record) -> record;
      default -> throw new IllegalStateException("no answer to what was asked");
    };
  }

  private void erase(ServerRequest request, ServerResponse response)
      throws RefusedException, InterruptedException {
    ask(request, SessionChange.Erase::new);
    response.status(Status.NO_CONTENT_204).send();
  }

  private SessionAnswer ask(ServerRequest request, Function<String, SessionChange> change)
      throws RefusedException, InterruptedException {
    SessionEntry entry = new SessionEntry(request.path().pathParameters().get("id"), registry);
    return switch (entry.change(change.apply(token(request)), PATIENCE)) {
      case SessionAnswer.Refused _ when !registry.isSettled() ->
          throw new RefusedException(
              Status.SERVICE_UNAVAILABLE_503,
              "The session is not known here; nodes have come or gone just now, so try again"
                  + " later.");
      case SessionAnswer.Refused(Reason why) when why == Reason.WRONG_TOKEN ->
          throw new RefusedException(
              Status.FORBIDDEN_403, "The token is none of this session's last two resume tokens.");
      case SessionAnswer.Refused _ ->
          throw new RefusedException(
              Status.NOT_FOUND_404, "There is no session with this id, or not any more.");
      case null ->
          throw new RefusedException(
              Status.SERVICE_UNAVAILABLE_503, "The cluster does not answer; try again later.");
      case SessionAnswer answer -> answer;
    };
  }

  private static String token(ServerRequest request) throws RefusedException {
    String header = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
    if (!header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      throw new RefusedException(
          Status.UNAUTHORIZED_401,
          "Authorization: Bearer and the session's last resume_token are needed.");
    }
    return header.substring(BEARER.length()).strip();
  }

  private static Predicate<Transcript.Line> wanted(
      SessionTerms terms, @Nullable String role, @Nullable String lang) throws RefusedException {
    if (role != null && !ROLES.contains(role)) {
      throw new RefusedException(
          Status.BAD_REQUEST_400, "role: must be one of %s.".formatted(String.join(", ", ROLES)));
    }
    List<String> languages =
        Stream.concat(Stream.of(terms.source().getFirst()), terms.targets().stream()).toList();
    if (lang != null && languages.stream().noneMatch(lang::equalsIgnoreCase)) {
      throw new RefusedException(
          Status.NOT_FOUND_404,
          "lang: this session has captions in %s only.".formatted(String.join(", ", languages)));
    }
    return line ->
        (role == null || line.role().name().toLowerCase(Locale.ROOT).equals(role))
            && (lang == null || line.lang().equalsIgnoreCase(lang));
  }

  private static boolean isTranslation(Transcript.Line line) {
    return line.role() == ServerMessage.Role.TRANSLATION;
  }

  private static String json(Transcript transcript) {
    return write(transcript) + "\n";
  }

  private interface Answer {
    void give(ServerRequest request, ServerResponse response)
        throws RefusedException, InterruptedException;
  }

  private static Handler answering(Answer answer) {
    return (request, response) -> {
      try {
        answer.give(request, response);
      } catch (RefusedException e) {
        if (e.status == Status.UNAUTHORIZED_401) {
          response.header(HeaderNames.WWW_AUTHENTICATE, BEARER.strip());
        }
        response
            .status(e.status)
            .header(HeaderNames.CONTENT_TYPE, "application/json")
            .header(HeaderNames.CACHE_CONTROL, "no-store")
            .send(write(Map.of("message", e.sentence)) + "\n");
      }
    };
  }

  private static String write(Object document) {
    try {
      return JSON.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a document that cannot be written", e);
    }
  }

  /** What was asked for is not given; the message says why. */
  private static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Status status;
    private final String sentence;

    RefusedException(Status status, String sentence) {
      super(sentence);
      this.status = status;
      this.sentence = sentence;
    }
  }
}
