package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.dragoman.protocol.CloseCode;
import io.dragoman.protocol.ErrorCode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the captions page tells a person when something is wrong. */
@Timeout(300)
class CaptionsPageTroubleIT {
  private static final Duration SOON = Duration.ofSeconds(50);

  @TempDir static Path directory;
  private static Visit visit;
  private static Page page;

  @BeforeAll
  static void start() throws Exception {
    visit =
        Visit.start(
            directory,
            Map.of("sessions.most", 1, "sessions.resume_s", 10),
            Map.of("profile.default_content_setting_values.media_stream_mic", 2),
            "--use-fake-device-for-media-stream");
    page = visit.page();
  }

  @AfterAll
  static void stop() {
    if (visit != null) {
      visit.close();
    }
  }

  @AfterEach
  void lookOrdinary() throws Exception {
    page.pretendNothing();
    visit.node().fault("{\"name\": \"none\"}");
  }

  @Test
  void aDeniedMicrophone() {
    page.open("?sound=microphone");
    page.press("#start");
    page.awaitState("failed", SOON);
    assertTold("The microphone is not allowed for this page.", "Allow it", "choose a clip");
    page.assertAccessible("error");
    page.pretend(320, 640, "dark");
    page.assertAccessible("error on a phone in the dark");
    page.press("#dismiss");
    assertFalse(page.element("#notice").isDisplayed());
    assertEquals("Start", page.text("#start"));
  }

  @Test
  void aServerThatIsFull() throws Exception {
    WebSocket other = occupy();
    try {
      page.open("");
      page.press("#start");
      page.awaitState("failed", SOON);
      assertTold("The server carries as many sessions as it can.", "Try again in about ");
    } finally {
      other.abort();
    }
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              page.press("#start");
              await().atMost(SOON).until(() -> List.of("live", "failed").contains(page.state()));
              return page.state().equals("live");
            });
    page.press("#start");
    page.awaitState("ended", SOON);
    assertFalse(page.element("#notice").isDisplayed());
  }

  /** Holds the one session that the node carries. */
  private static WebSocket occupy() throws Exception {
    CompletableFuture<Void> started = new CompletableFuture<>();
    WebSocket socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(
                URI.create(
                    "ws://" + visit.node().listen() + "/v1/session?sid=occupies-the-only-place"),
                new WebSocket.Listener() {
                  @Override
                  public CompletionStage<?> onText(
                      WebSocket from, CharSequence text, boolean last) {
                    started.complete(null);
                    return WebSocket.Listener.super.onText(from, text, last);
                  }
                })
            .get(30, TimeUnit.SECONDS);
    socket
        .sendText(
            """
            {"type": "session.start", "kind": "translation", "source": ["en-US"], "targets": [],
             "audio": {"encoding": "pcm_s16le", "sample_rate": 24000, "channels": 1}}""",
            true)
        .get(30, TimeUnit.SECONDS);
    started.get(30, TimeUnit.SECONDS);
    return socket;
  }

  @Test
  void aNodeThatFellSilent() throws Exception {
    page.pretend(320, 640, "dark");
    page.open("");
    page.press("#start");
    page.awaitState("live", SOON);
    signal("STOP");
    try {
      page.awaitState("away", SOON);
      page.assertAccessible("away on a phone in the dark");
      page.awaitState("failed", SOON);
      assertEquals("", page.text("#waiting"));
      page.pretendNothing();
      assertTold("The server fell silent, or the network is gone.", "Check your network");
      page.press("#start");
      page.awaitState("failed", SOON);
      assertTold("The clip could not be fetched.", "Check your network");
    } finally {
      signal("CONT");
    }
  }

  private static void signal(String name) throws Exception {
    Process kill =
        new ProcessBuilder("kill", "-" + name, Long.toString(visit.node().process().pid())).start();
    assertEquals(0, kill.waitFor());
  }

  @Test
  void translationsThatWaitAndANodeThatLeavesWhereThereIsNoOther() throws Exception {
    try (LoneNode leaving =
        LoneNode.start(
            directory,
            Map.of("quota.requests_per_minute", 2, "sessions.resume_s", 10, "node.drain_s", 1))) {
      Page there = new Page(visit.browser(), leaving.listen());
      there.open("");
      there.press("#start");
      there.awaitState("live", SOON);
      await().atMost(SOON).until(() -> !there.text("#waiting").isEmpty());
      String waiting = there.text("#waiting");
      assertTrue(
          waiting.startsWith("Translations wait for their share of the language model"), waiting);
      leaving.process().destroy();
      there.awaitState("failed", SOON);
      assertEquals(
          "The connection was lost. Check your network, then press Start to go on.",
          there.text("#notice-text"));
    }
  }

  @Test
  void aSentenceThatCannotBeTranslatedIsToldForAWhileAndMarkedInItsPlace() throws Exception {
    String words = "A sentence could not be translated. The session goes on.";
    visit.node().fault("{\"name\": \"filtered\"}");
    page.open("");
    page.press("#start");
    await().atMost(SOON).until(() -> page.seen("told").contains("(not translated)"));
    visit.node().fault("{\"name\": \"none\"}");
    assertEquals(words, page.text("#notice-text"));
    assertTrue(page.captions("translated").contains("(not translated)"));
    await().atMost(SOON).until(() -> !page.element("#notice").isDisplayed());
    assertEquals(List.of(words, ""), page.seen("alerts"));
    page.leave();
  }

  @Test
  void speechThatIsNotHeardIsToldOnceUntilItIsHeard() throws Exception {
    visit.node().fault("{\"name\": \"slow-start\", \"delay_ms\": 4000}");
    page.open("");
    page.press("#start");
    await().atMost(SOON).until(() -> page.captions("said").size() == 2);
    visit.node().fault("{\"name\": \"speech-unavailable\"}");
    await().atMost(SOON).until(() -> page.element("#notice").isDisplayed());
    await().atMost(SOON).until(() -> !page.seen("told").isEmpty());
    assertTrue(page.element("#notice").isDisplayed(), "what was heard before says nothing of now");
    visit.node().fault("{\"name\": \"none\"}");
    await().atMost(SOON).until(() -> !page.element("#notice").isDisplayed());
    List<String> alerts = page.seen("alerts");
    assertEquals(2, alerts.size(), alerts.toString());
    String words = "Speech is not heard at the moment\\. What is said is kept .* is back\\.";
    assertTrue(alerts.getFirst().matches(words), alerts.toString());
    page.leave();
  }

  /** Whoever adds a code adds words for it. */
  @Test
  void everyCodeOfTheWireHasWords() {
    page.open("");
    List<String> codes =
        Arrays.stream(ErrorCode.values()).map(CaptionsPageTroubleIT::onTheWire).toList();
    List<?> closes =
        Arrays.stream(CloseCode.values())
            .filter(code -> code != CloseCode.ENDED)
            .map(CloseCode::code)
            .toList();
    List<?> words =
        (List<?>)
            page.scriptAsync(
                """
                const [codes, closes, done] = arguments;
                import('/words.js').then(words => done([
                  ...codes.flatMap(code => [true, false].map(fatal => words.ofError({code, fatal}))),
                  ...closes.map(code => words.ofClose(code)),
                  ...['InsecureError', 'NotAllowedError', 'NotFoundError', 'NotReadableError', 'TakenAwayError']
                    .map(name => words.ofMicrophone({name})),
                ].map(({what, todo}) => `${what} ${todo}`)));
                """,
                codes,
                closes);
    for (int i = 0; i < codes.size(); i++) {
      String fatal = words.get(2 * i).toString();
      assertFalse(fatal.contains("goes on"), fatal);
    }
    for (Object sentence : words) {
      assertFalse(
          sentence.toString().matches(".*(reports|code \\d|\\{|cannot be used|undefined).*"),
          sentence.toString());
    }
    assertEquals(
        List.of(
            "The server reports “new_thing”. Press Start to try again.",
            "The connection was closed (code 4999). Press Start to try again.",
            "Translations wait for their share of the language model, about 3 seconds. None is lost.",
            "Speech is not heard at the moment. What is said is kept for a while, and captioned when speech is back.",
            "Speech is not heard at the moment. What is said is kept for up to 12 seconds, and captioned when speech is back.",
            "Speech recognition failed. The session ends once what was said has its captions."),
        page.scriptAsync(
            """
            const done = arguments[0];
            const say = ({what, todo}) => `${what} ${todo}`;
            import('/words.js').then(words => done([
              say(words.ofError({code: 'new_thing', fatal: true})),
              say(words.ofClose(4999)),
              words.ofStatus({state: 'waiting', reason: 'quota.tokens', wait_ms: 2100}),
              ...[undefined, 11500, 0].map(kept_ms =>
                say(words.ofError({code: 'speech_unavailable', fatal: false, retry_after_ms: 500, kept_ms}))),
            ]));
            """));
  }

  private static String onTheWire(ErrorCode code) {
    try {
      return ErrorCode.class.getField(code.name()).getAnnotation(JsonProperty.class).value();
    } catch (NoSuchFieldException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertTold(String... parts) {
    String told = page.text("#notice-text");
    for (String part : parts) {
      assertTrue(told.contains(part), told);
    }
    assertEquals("Stopped", page.text("#state"));
  }
}
