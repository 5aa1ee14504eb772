package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;

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
  private static LoneNode node;
  private static ChromeDriver browser;
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
    browser =
        Chromium.start(
            Map.of(),
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            "--use-file-for-fake-audio-capture=" + speech);
    node = LoneNode.start(directory, Map.of());
    page = new Page(browser, node.listen());
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.quit();
    }
    if (node != null) {
      node.close();
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
            .filter(url -> !url.startsWith("http://" + node.listen() + "/"))
            .filter(url -> !url.startsWith("ws://" + node.listen() + "/v1/session?sid="))
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
    end();
    return time;
  }

  private static void end() {
    page.press("#start");
    page.awaitState("ended", A_CLIP);
  }

  @ParameterizedTest
  @CsvSource({
    "1280, 1000, light, ''",
    "1280, 1000, dark,  ''",
    "320,  640,  light, ''",
    "320,  640,  dark,  ''",
    "1280, 800,  light, ?view=hall&original=1",
    "1280, 800,  dark,  ?view=hall",
  })
  void axeFindsNothing(int width, int height, String scheme, String query) {
    page.pretend(width, height, scheme);
    page.open(query);
    page.assertAccessible("idle");
    page.press("#start");
    awaitCaptions(1);
    page.assertAccessible("live");
    assertEquals(
        width,
        Integer.parseInt(page.script("return document.documentElement.scrollWidth").toString()));
    end();
    page.assertAccessible("ended");
  }

  private static void awaitCaptions(int rows) {
    await()
        .atMost(A_CLIP)
        .until(
            () ->
                page.captions("translated").stream().filter(text -> !text.isBlank()).count()
                    >= rows);
  }

  @Test
  void everyControlIsReachedByTheKeyboardAndHasAName() {
    page.open("");
    assertEquals(
        List.of(
            "Hall view", "Clip", "Clip", "Spoken", "Translated into", "Start", "Mute", "Captions"),
        tabThrough());
    page.open("?view=hall");
    List<String> hall = tabThrough();
    assertEquals(
        List.of("Start", "Mute", "Original", "Full screen", "Leave hall view", "Captions"), hall);
  }

  /** The names of what gets the focus, in order; each shows that it has it. */
  private static List<String> tabThrough() {
    List<String> names = new ArrayList<>();
    Set<String> reached = new LinkedHashSet<>();
    while (true) {
      new Actions(browser).sendKeys(Keys.TAB).perform();
      WebElement focused = browser.switchTo().activeElement();
      if (focused.getTagName().equals("body") || !reached.add(focused.toString())) {
        return names;
      }
      names.add(focused.getAccessibleName());
      assertNotEquals(
          "none",
          page.script(
              """
              const shown = arguments[0].matches('[type=radio]') ? arguments[0].nextElementSibling : arguments[0];
              return getComputedStyle(shown).outlineStyle""",
              focused),
          focused.getAccessibleName());
    }
  }

  @Test
  void theKeyboardAloneStartsAndStops() {
    page.open("");
    while (!"start".equals(browser.switchTo().activeElement().getAttribute("id"))) {
      new Actions(browser).sendKeys(Keys.TAB).perform();
    }
    new Actions(browser).sendKeys(Keys.ENTER).perform();
    page.awaitState("live", SOON);
    assertEquals("Stop", page.text("#start"));
    awaitCaptions(1);
    new Actions(browser).sendKeys(Keys.SPACE).perform();
    page.awaitState("ended", SOON);
    assertEquals("start", browser.switchTo().activeElement().getAttribute("id"));
    assertEquals("Start", page.text("#start"));
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
  void theHallShowsLargeTypeAndLittleElse() {
    page.open("?view=hall&clip=team-meeting&to=de");
    assertTrue(page.text("#hint").contains("→ German"), page.text("#hint"));
    assertFalse(page.element("#to-hall").isDisplayed());
    assertFalse(page.element("#clip").isDisplayed());
    page.press("#fullscreen");
    await().until(() -> Boolean.TRUE.equals(page.script("return !!document.fullscreenElement")));
    page.press("#fullscreen");
    await().until(() -> Boolean.TRUE.equals(page.script("return !document.fullscreenElement")));
    page.script("seen.shifts = []");
    page.press("#start");
    awaitCaptions(2);
    assertTrue(
        Double.parseDouble(
                page.element("#rows .translated").getCssValue("font-size").replace("px", ""))
            > 48);
    assertFalse(page.element("#rows .said").isDisplayed());
    await().until(() -> page.element("form").getCssValue("opacity").equals("0"));
    new Actions(browser).moveByOffset(5, 5).perform();
    await().until(() -> page.element("form").getCssValue("opacity").equals("1"));
    page.press("#mute");
    assertEquals("live", page.state());
    assertEquals(List.of(), page.seen("shifts"));
    page.press("#original");
    assertTrue(page.element("#rows .said").isDisplayed());
    end();
  }

  @Test
  void aLinkOpensAPreparedPageAndTheNextVisitRemembersIt() {
    page.open("?clip=classroom&from=en-US&to=de");
    assertEquals("classroom", page.element("#clip").getDomProperty("value"));
    assertEquals("de", page.element("#to").getDomProperty("value"));
    page.element("#to").sendKeys("Italian");
    assertTrue(browser.getCurrentUrl().contains("to=it"), browser.getCurrentUrl());
    page.visit("");
    assertEquals("classroom", page.element("#clip").getDomProperty("value"));
    assertEquals("it", page.element("#to").getDomProperty("value"));
    page.press("#to-hall");
    await().until(() -> browser.getCurrentUrl().contains("view=hall"));
    assertTrue(browser.getCurrentUrl().contains("clip=classroom"), browser.getCurrentUrl());
  }

  @Test
  void whoeverScrolledUpReadsOnUndisturbed() {
    page.pretend(320, 640, "light");
    page.open("");
    page.press("#start");
    awaitCaptions(2);
    // Captions come before the event that tells of the scrolling.
    page.script("document.getElementById('scroller').scrollTop -= 120;" + BUSY);
    await().until(() -> page.element("#newest").isDisplayed());
    Object before = topOfFirstRow();
    awaitCaptions(3);
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
    String captions = browser.getWindowHandle();
    browser.switchTo().newWindow(WindowType.TAB);
    // A page of the same host sees what the hidden one notes.
    browser.get("http://" + node.listen() + "/icon.svg");
    await()
        .atMost(A_CLIP)
        .until(
            () ->
                Boolean.TRUE.equals(
                    page.script("return Number(localStorage.getItem('told while hidden')) >= 2")));
    browser.close();
    browser.switchTo().window(captions);
    page.awaitState("ended", A_CLIP);
    Clip clip = Clips.shipped().get(2);
    assertEquals(clip.sentences().stream().map(s -> s.heard(0)).toList(), page.captions("said"));
  }

  /** {@code -Dscreenshot=FILE} keeps it: it is the one that the README shows. */
  @Test
  @Tag("acceptance")
  void itsPictureShowsALiveSession() {
    String file = System.getProperty("screenshot", "");
    Path picture =
        file.isEmpty() ? directory.resolve("captions.png") : Path.of(file).toAbsolutePath();
    page.pretend(1280, 720, "light");
    page.open("?clip=conference");
    page.press("#start");
    awaitCaptions(3);
    await()
        .pollInterval(Duration.ofMillis(50))
        .atMost(SOON)
        .until(() -> page.captions("translated").getLast().length() > 30);
    page.picture(picture);
    end();
    assertTrue(picture.toFile().length() > 20_000);
  }
}
