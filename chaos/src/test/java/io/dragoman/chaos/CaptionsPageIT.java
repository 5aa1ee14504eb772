package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dragoman.standin.Clip;
import io.dragoman.standin.Clips;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.WindowType;

/** The captions page in a real browser, against a real node. */
@Timeout(300)
class CaptionsPageIT {
  private static final Duration SOON = Duration.ofSeconds(50);
  private static final Duration A_CLIP = Duration.ofMinutes(2);

  /** Keeps the page from all else for a while. */
  private static final String BUSY =
      "const until = performance.now() + 500; while (performance.now() < until);";

  private static final Clip CONFERENCE = Clips.shipped().getFirst();

  @TempDir static Path directory;
  private static Visit visit;
  private static Page page;

  @BeforeAll
  static void start() throws Exception {
    Path speech = directory.resolve("speech.wav");
    byte[] pcm = CONFERENCE.unmarked();
    AudioFormat format = new AudioFormat(Clip.SAMPLE_RATE, 16, 1, true, false);
    AudioSystem.write(
        new AudioInputStream(new ByteArrayInputStream(pcm), format, CONFERENCE.samples()),
        AudioFileFormat.Type.WAVE,
        speech.toFile());
    visit =
        Visit.start(
            directory,
            Map.of(),
            Map.of(),
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            "--use-file-for-fake-audio-capture=" + speech);
    page = visit.page();
  }

  @AfterAll
  static void stop() {
    if (visit != null) {
      visit.close();
    }
  }

  @BeforeEach
  void forget() {
    page.network();
  }

  @AfterEach
  void nothingWentWrongUnseen() {
    page.pretendNothing();
    assertEquals(List.of(), page.console());
  }

  @Test
  void aClipIsCaptionedAndTranslatedWordForWordAndNothingMoves() {
    page.open("");
    page.press("#start");
    page.awaitState("ended", A_CLIP);
    List<String> said = CONFERENCE.sentences().stream().map(s -> s.heard(0)).toList();
    List<String> translated =
        CONFERENCE.sentences().stream().map(s -> s.translation("es", s.words().size(), 0)).toList();
    assertEquals(said, page.captions("said"), "the samples came as they are in the clip");
    assertEquals(translated, page.captions("translated"));
    assertEquals(translated, page.seen("told"), "a screen reader is told finals, and only those");
    assertEquals(List.of(), page.seen("shifts"));
    assertEquals(List.of(), page.seen("jumps"));
    assertTrue(Integer.parseInt(page.script("return seen.tentative").toString()) > 5);
    assertEquals(List.of("en-US"), languages("said"));
    assertEquals(List.of("es"), languages("translated"));
    assertTrue(page.text("#stand-ins").contains("Google Speech and OpenAI"));
    assertTrue(page.text("#node").startsWith("Node "));
    assertTrue(page.text("#delay").matches("Delay \\d+\\.\\d s"), page.text("#delay"));
    assertOnlyThisNodeWasAsked(page.network());
  }

  private static List<String> languages(String column) {
    return page.strings(
        "return [...new Set([...document.querySelectorAll('#rows ."
            + column
            + "')].map(p => p.lang))]");
  }

  private static void assertOnlyThisNodeWasAsked(Map<String, List<JsonNode>> network) {
    Set<String> asked = new LinkedHashSet<>();
    network
        .getOrDefault("Network.requestWillBeSent", List.of())
        .forEach(request -> asked.add(request.path("request").path("url").asText()));
    network
        .getOrDefault("Network.webSocketCreated", List.of())
        .forEach(socket -> asked.add(socket.path("url").asText()));
    assertTrue(asked.stream().anyMatch(url -> url.startsWith("ws://")), asked.toString());
    assertEquals(
        List.of(),
        asked.stream()
            .filter(url -> !url.startsWith("http://" + visit.node().listen() + "/"))
            .filter(url -> !url.startsWith("ws://" + visit.node().listen() + "/v1/session?sid="))
            .toList());
  }

  @Test
  void captionsComeSoonAfterThePress() {
    assertTrue(timeToTranslation().compareTo(SOON) < 0);
  }

  @Test
  @Tag("acceptance")
  void captionsComeWithinFiveSecondsOfThePress() {
    Duration time = timeToTranslation();
    assertTrue(time.toMillis() < 5_000, time.toString());
  }

  private static Duration timeToTranslation() {
    page.open("");
    long pressed = System.nanoTime();
    page.press("#start");
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> page.captions("translated").stream().anyMatch(text -> !text.isBlank()));
    Duration time = Duration.ofNanos(System.nanoTime() - pressed);
    assertFalse(page.captions("said").getFirst().isBlank());
    page.end();
    return time;
  }

  @Test
  void theMicrophoneIsCaptionedAndAMutedOneKeepsTheSessionAlive() {
    page.open("?sound=microphone&from=en-GB&to=de");
    page.press("#start");
    await()
        .atMost(A_CLIP)
        .until(() -> page.captions("said").stream().anyMatch(text -> text.startsWith("[speech, ")));
    assertEquals(List.of("en-GB"), languages("said"));
    page.press("#mute");
    assertEquals("Live, muted", page.text("#state"));
    page.network();
    List<String> sent = new ArrayList<>();
    await()
        .atMost(SOON)
        .until(
            () -> {
              sent.addAll(framesSent());
              return sent.stream().anyMatch(frame -> frame.contains("keepalive"));
            });
    assertTrue(sent.stream().allMatch(frame -> frame.startsWith("{")), "no sound was sent");
    page.press("#mute");
    await().atMost(SOON).until(() -> framesSent().stream().anyMatch(f -> !f.startsWith("{")));
    // What the microphone hears meanwhile reaches the page after the press.
    page.script(BUSY + "document.getElementById('start').click()");
    page.awaitState("ended", A_CLIP);
    assertEquals(List.of(), page.seen("shifts"));
  }

  private static List<String> framesSent() {
    return page.network().getOrDefault("Network.webSocketFrameSent", List.of()).stream()
        .map(frame -> frame.path("response").path("payloadData").asText())
        .toList();
  }

  @Test
  void aMicrophoneOfAnyRateIsResampled() {
    String measure =
        """
        const [from, hertz, done] = arguments;
        import('/resampler.js').then(({Resampler}) => {
          const resampler = new Resampler(from, 24000);
          const out = [];
          for (let at = 0; at < from; at += 128) {
            out.push(...resampler.push(Float32Array.from({length: 128}, (_, i) => Math.sin(2 * Math.PI * hertz * (at + i) / from))));
          }
          const middle = out.slice(2000, 20000);
          done([out.length, Math.sqrt(2 * middle.reduce((sum, x) => sum + x * x, 0) / middle.length)]);
        });
        """;
    page.open("");
    for (int rate : List.of(16_000, 44_100, 48_000, 96_000)) {
      List<?> speech = (List<?>) page.scriptAsync(measure, rate, 1_000);
      assertEquals(24_000, ((Number) speech.getFirst()).doubleValue(), 100, "samples a second");
      assertEquals(1, ((Number) speech.getLast()).doubleValue(), 0.01, "1 kHz passes");
    }
    List<?> hiss = (List<?>) page.scriptAsync(measure, 48_000, 14_000);
    assertEquals(0, ((Number) hiss.getLast()).doubleValue(), 0.01, "14 kHz does not fold back");
  }

  @Test
  void whoeverScrolledUpReadsOnUndisturbed() {
    page.pretend(320, 640, "light");
    page.open("");
    page.press("#start");
    page.awaitCaptions(2);
    // Captions come before the event that tells of the scrolling.
    page.script("document.getElementById('scroller').scrollTop -= 120;" + BUSY);
    await().until(() -> page.element("#newest").isDisplayed());
    Object before = topOfFirstRow();
    page.awaitCaptions(3);
    assertEquals(before, topOfFirstRow());
    page.press("#newest");
    assertFalse(page.element("#newest").isDisplayed());
    page.awaitState("ended", A_CLIP);
    assertEquals(
        "true",
        page.script(
                "const s = document.getElementById('scroller'); return s.scrollHeight - s.scrollTop - s.clientHeight < 2")
            .toString());
  }

  private static Object topOfFirstRow() {
    return page.script("return document.querySelector('#rows li').getBoundingClientRect().top");
  }

  @Test
  void aPageThatNobodyLooksAtGoesOnInRealTime() {
    page.open("?clip=support-call");
    page.press("#start");
    page.awaitState("live", SOON);
    String captions = visit.browser().getWindowHandle();
    visit.browser().switchTo().newWindow(WindowType.TAB);
    // A page of the same host sees what the hidden one notes.
    visit.browser().get("http://" + visit.node().listen() + "/icon.svg");
    await()
        .atMost(A_CLIP)
        .until(
            () ->
                Boolean.TRUE.equals(
                    page.script("return Number(localStorage.getItem('told while hidden')) >= 2")));
    visit.browser().close();
    visit.browser().switchTo().window(captions);
    page.awaitState("ended", A_CLIP);
    Clip clip = Clips.shipped().get(2);
    assertEquals(clip.sentences().stream().map(s -> s.heard(0)).toList(), page.captions("said"));
  }
}
