package io.dragoman.session;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dragoman.client.CaptionClient;
import io.dragoman.client.Ending;
import io.dragoman.client.SessionAddress;
import io.dragoman.protocol.ClientMessage;
import io.dragoman.protocol.ClientMessage.SessionStart;
import io.dragoman.protocol.Codec;
import io.dragoman.protocol.ServerMessage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What was said in a session, as any node tells it over HTTP. */
@Timeout(120)
class TranscriptTest extends NodeFixture {
  private static final int SECOND = 48_000;
  private static final String FINALIZE = "{\"type\":\"finalize\"}";

  private final HttpClient http = HttpClient.newHttpClient();
  private final TestNode other = other();
  private RawClient client;
  private String token;

  private TestNode other() {
    TestNode.Limits same = new TestNode.Limits();
    same.registry = node.registry;
    return same.start();
  }

  /** One second was said, and is committed. */
  @BeforeEach
  void speak() throws IOException {
    client = RawClient.connect(node.port(), SID);
    client.text(RawClient.START);
    token = client.await("session.started").path("resume_token").asText();
    client.audio(SECOND);
    client.text(FINALIZE);
    awaitSeq(client, 5);
  }

  @AfterEach
  void stopAll() throws IOException {
    client.close();
    other.close();
    http.close();
  }

  private static void awaitSeq(RawClient client, long seq) throws IOException {
    JsonNode next;
    do {
      next = client.next(RawClient.TEXT).json();
    } while (next.path("seq").asLong() < seq);
  }

  private void end() throws IOException {
    client.text(END);
    assertEquals(1000, client.end().closeCode());
    await().until(() -> requireNonNull(node.registry.held(SID)).hasEnded());
  }

  private HttpResponse<String> ask(String method, String path, @Nullable String bearer)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:%d/v1/sessions/%s".formatted(other.port(), path)))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (bearer != null) {
      request.header("Authorization", "Bearer " + bearer);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String document) throws IOException, InterruptedException {
    return ask("GET", SID + "/transcript." + document, token);
  }

  private static List<String> texts(JsonNode transcript) {
    List<String> texts = new ArrayList<>();
    transcript
        .path("captions")
        .forEach(
            caption ->
                texts.add(
                    "%d %s %s %s"
                        .formatted(
                            caption.path("seq").asLong(),
                            caption.path("role").asText(),
                            caption.path("lang").asText(),
                            caption.path("text").asText())));
    return texts;
  }

  @Test
  void whatIsCommittedCanBeReadFromAnyNodeWhileTheSessionLivesAndOnceItHasEnded() throws Exception {
    HttpResponse<String> live = get("json");
    assertEquals(200, live.statusCode());
    assertEquals("application/json", live.headers().firstValue("Content-Type").orElse(""));
    JsonNode transcript = RawClient.json(live.body());
    assertFalse(transcript.path("ended").asBoolean());
    assertTrue(transcript.path("complete").asBoolean());
    assertEquals(SID, transcript.path("session_id").asText());
    assertEquals(3, transcript.path("captions").size());
    JsonNode said = transcript.path("captions").path(0);
    assertEquals(
        RawClient.json(
            """
            {"seq": 2, "seg": "%s.0", "role": "source", "lang": "en-US", "text": "24000 samples",
             "start_ms": 0, "end_ms": 1000}"""
                .formatted(SID)),
        said);
    end();
    JsonNode ended = RawClient.json(get("json").body());
    assertTrue(ended.path("ended").asBoolean());
    assertEquals(transcript.path("captions"), ended.path("captions"));
  }

  @Test
  void aSessionOfTheJavaClientHasEndedOnceItsClientHas() throws Exception {
    ServerMessage.SessionStarted started;
    try (CaptionClient speaker =
        CaptionClient.connect(
            SessionAddress.parse("ws://127.0.0.1:" + node.port()),
            (SessionStart) Codec.decodeClient(RawClient.START),
            (raw, message) -> {})) {
      started = speaker.awaitStarted(Duration.ofSeconds(60));
      speaker.sendAudio(new byte[SECOND]);
      speaker.send(new ClientMessage.SessionEnd());
      Ending ending = speaker.awaitEnd();
      assertTrue(ending.regular(), ending.describe());
    }
    await().until(() -> node.ended("ended") == 1 && node.endpoint.sessions() == 1);
    String sid = started.sessionId();
    String json = ask("GET", sid + "/transcript.json", started.resumeToken()).body();
    assertTrue(RawClient.json(json).path("ended").asBoolean(), json);
    try (RawClient late = RawClient.connect(other.port(), sid)) {
      late.text(resuming(started.resumeToken(), 1, 0));
      assertEnds(late, "resume_unavailable", 4404);
    }
  }

  @Test
  void aSessionThatNobodyResumedInTimeHasEnded() throws Exception {
    client.abort();
    await().until(node::isEmpty);
    SessionRecord left = requireNonNull(node.registry.held(SID));
    long now = node.registry.nowMs();
    node.registry.records.put(SID, left.resumableUntil(now + 3_600_000));
    assertFalse(RawClient.json(get("json").body()).path("ended").asBoolean());
    node.registry.records.put(SID, left.resumableUntil(now - 1));
    assertTrue(RawClient.json(get("json").body()).path("ended").asBoolean());
  }

  private static String resuming(String token, long lastSeq, long oldestSample) {
    return RawClient.START.replace(
        "\"correct\"",
        "\"resume\":{\"token\":\"%s\",\"last_seq\":%d,\"oldest_sample\":%d},\"correct\""
            .formatted(token, lastSeq, oldestSample));
  }

  @Test
  void itIsCompleteThoughTheSessionWentOnElsewhereAndLostSomeAudio() throws Exception {
    client.abort();
    await().until(node::isEmpty);
    client = RawClient.connect(other.port(), SID);
    client.text(resuming(token, 5, 36_000));
    token = client.await("session.resumed").path("resume_token").asText();
    client.audio(SECOND);
    end();
    JsonNode transcript = RawClient.json(get("json?role=source").body());
    assertEquals(
        List.of("2 source en-US 24000 samples", "7 source en-US 24000 samples"), texts(transcript));
    assertEquals(RawClient.json("[{\"from_ms\":1000,\"to_ms\":1500}]"), transcript.path("gaps"));
    assertEquals(
        """
        1
        00:00:00,000 --> 00:00:01,000
        24000 SAMPLES

        2
        00:00:01,500 --> 00:00:02,500
        24000 SAMPLES

        """,
        get("srt?lang=ES").body());
  }

  @Test
  void subtitlesAreOfOneLanguageAndCorrectedUnlessTheyAreAskedForAsTheyWereSaid() throws Exception {
    HttpResponse<String> corrected = get("vtt");
    assertEquals(
        "text/vtt; charset=utf-8", corrected.headers().firstValue("Content-Type").orElse(""));
    String file = "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n%s\n\n";
    assertEquals(file.formatted("24000 SAMPLES"), corrected.body());
    assertEquals(file.formatted("24000 samples"), get("vtt?role=source&lang=en-US").body());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "transcript.txt           | 404 | There is transcript.json",
        "transcript.srt?lang=de   | 404 | lang: this session has captions in en-US, es only.",
        "transcript.srt?role=boss | 400 | role: must be one of source, corrected, translation.",
        "transcript.vtt?role=translation | 400 | lang: is needed for the subtitles of a translation.",
        "transcript.srt?page=2    | 400 | Only these parameters are known here: role, lang."
      })
  void whatIsNotThereIsSaidInASentence(String document, int status, String sentence)
      throws Exception {
    HttpResponse<String> response = ask("GET", SID + "/" + document, token);
    assertEquals(status, response.statusCode());
    String message = RawClient.json(response.body()).path("message").asText();
    assertTrue(message.startsWith(sentence), message);
  }

  @Test
  void onlyWhoCouldResumeTheSessionMayReadOrEraseIt() throws Exception {
    for (String method : List.of("GET", "DELETE")) {
      String what = method.equals("GET") ? "/transcript.json" : "";
      assertEquals(401, ask(method, SID + what, null).statusCode());
      assertEquals(403, ask(method, SID + what, "guessed").statusCode());
      assertEquals(401, ask(method, SID + what, "").statusCode());
      assertEquals(404, ask(method, "another-session-id" + what, token).statusCode());
    }
    assertEquals(200, get("json").statusCode());
  }

  @Test
  void aSessionThatIsErasedIsGoneAndStaysGone() throws Exception {
    end();
    assertEquals(204, ask("DELETE", SID, token).statusCode());
    assertEquals(404, get("json").statusCode());
    assertEquals(204, ask("DELETE", SID, token).statusCode(), "as often as one likes");
    SessionRecord kept = requireNonNull(node.registry.held(SID));
    assertEquals(List.of(), kept.events());
    assertEquals(List.of(), kept.owed());
    try (RawClient next = RawClient.connect(other.port(), SID)) {
      next.text(RawClient.START);
      assertEquals("sid_in_use", next.end().errorCode());
    }
  }

  @Test
  void aLiveSessionThatIsErasedEnds() throws Exception {
    assertEquals(204, ask("DELETE", SID, token).statusCode());
    client.audio(SECOND);
    client.text(FINALIZE);
    RawClient.Ending ending = client.end();
    assertEquals("resume_unavailable", ending.errorCode());
    assertEquals(4404, ending.closeCode());
    assertTrue(ending.of("caption").stream().noneMatch(said -> said.path("final").asBoolean()));
    await().until(node::isEmpty);
    assertTrue(requireNonNull(node.registry.held(SID)).isErased());
    assertEquals(404, get("json").statusCode());
  }

  @Test
  void aClusterThatDoesNotAnswerIsSaid() throws Exception {
    node.registry.away = true;
    HttpResponse<String> response = get("json");
    assertEquals(503, response.statusCode());
    assertFalse(response.body().contains("secret"), response::body);
    node.registry.away = false;
    node.registry.settling = true;
    assertEquals(200, get("json").statusCode());
    assertEquals(503, ask("GET", "another-session-id/transcript.json", token).statusCode());
  }
}
