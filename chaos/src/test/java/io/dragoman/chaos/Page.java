package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.deque.html.axecore.results.Rule;
import com.deque.html.axecore.selenium.AxeBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.Rectangle;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.PointerInput;
import org.openqa.selenium.interactions.Sequence;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

/** The captions page as a person and their browser see it. */
final class Page {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Notes what moves (a shift of something on the page, or a jump of a word that stays in its
   * caption), what a person is told, and what was shown as tentative.
   */
  private static final String WATCH =
      """
      window.seen = {shifts: [], told: [], alerts: [], jumps: [], hidden: 0, tentative: 0};
      new PerformanceObserver(list => list.getEntries().forEach(shift => seen.shifts.push(
          [shift.value, ...shift.sources.map(s => s.node?.id || s.node?.className || s.node?.nodeName)].join(' '))))
        .observe({type: 'layout-shift', buffered: true});
      new MutationObserver(changes => changes.forEach(change => change.addedNodes.forEach(added => {
        seen.told.push(added.textContent);
        if (document.hidden) localStorage.setItem('told while hidden', ++seen.hidden);
      }))).observe(document.getElementById('spoken'), {childList: true, subtree: true, characterData: true});
      new MutationObserver(() => {
        if ([...document.querySelectorAll('.tentative')].some(span => span.textContent)) seen.tentative++;
        document.querySelectorAll('#rows p').forEach(lookForJumps);
      }).observe(document.getElementById('rows'), {childList: true, subtree: true, characterData: true});
      // Where each whole word of a caption lies, by its caption.
      const lying = new WeakMap();
      const lookForJumps = caption => {
        const from = caption.getBoundingClientRect();
        const words = [...caption.childNodes].flatMap(span => [...span.childNodes]).flatMap(text =>
          [...text.data.matchAll(/\\S+(?=\\s)/g)].map(({0: word, index}) => {
            const range = new Range();
            range.setStart(text, index);
            range.setEnd(text, index + word.length);
            const {left, top} = range.getBoundingClientRect();
            return [word, Math.round(left - from.left), Math.round(top - from.top)];
          }));
        const before = lying.get(caption) ?? [];
        const same = before.findIndex(([word], i) => word !== words[i]?.[0]);
        before.slice(0, same < 0 ? before.length : same).forEach((word, i) => {
          if (Math.hypot(word[1] - words[i][1], word[2] - words[i][2]) > 1) seen.jumps.push(`${word} to ${words[i]}`);
        });
        lying.set(caption, words);
      };
      new MutationObserver(([change]) => seen.alerts.push(change.target.textContent))
        .observe(document.getElementById('notice-text'), {childList: true, subtree: true, characterData: true});
      """;

  private final ChromeDriver browser;
  private final String host;

  Page(ChromeDriver browser, String host) {
    this.browser = browser;
    this.host = host;
  }

  /** Opens the page anew, as for somebody who was never here. */
  void open(String query) {
    browser.get("http://" + host + "/icon.svg");
    browser.executeScript("localStorage.clear()");
    visit(query);
    console();
  }

  /** Opens the page. */
  void visit(String query) {
    browser.get("http://" + host + "/" + query);
    await().until(() -> !element("#clip").findElements(By.tagName("option")).isEmpty());
    browser.executeScript(WATCH);
  }

  /** Pretends to be another device or its settings; null is what the browser itself is. */
  void pretend(int width, int height, String scheme) {
    browser.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    media("prefers-color-scheme", scheme);
  }

  void media(String feature, String value) {
    browser.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", feature, "value", value))));
  }

  /** Is itself again. */
  void pretendNothing() {
    browser.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
    browser.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
  }

  WebElement element(String selector) {
    return browser.findElement(By.cssSelector(selector));
  }

  void press(String selector) {
    element(selector).click();
  }

  /**
   * Touches it for a moment, as a finger does; wherever it is, and whether it can be seen or not.
   */
  void tap(String selector) {
    Rectangle place = element(selector).getRect();
    PointerInput finger = new PointerInput(PointerInput.Kind.TOUCH, "finger");
    browser.perform(
        List.of(
            new Sequence(finger, 0)
                .addAction(
                    finger.createPointerMove(
                        Duration.ZERO,
                        PointerInput.Origin.viewport(),
                        place.x + place.width / 2,
                        place.y + place.height / 2))
                .addAction(finger.createPointerDown(0))
                .addAction(finger.createPointerUp(0))));
  }

  String text(String selector) {
    return element(selector).getText();
  }

  /**
   * {@code idle}, {@code connecting}, {@code live}, {@code ending}, {@code ended} or {@code
   * failed}.
   */
  String state() {
    return String.valueOf(script("return document.documentElement.dataset.state"));
  }

  /** A session that failed instead is told of at once, in the page's own words. */
  void awaitState(String state, Duration atMost) {
    await()
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              String now = state();
              if (now.equals("failed") && !state.equals(now)) {
                throw new AssertionError("The session failed: " + text("#notice-text"));
              }
              return now.equals(state);
            });
  }

  /** Waits until so many sentences are translated, or begin to be. */
  void awaitCaptions(int sentences) {
    await()
        .atMost(Duration.ofMinutes(2))
        .until(
            () ->
                captions("translated").stream().filter(text -> !text.isBlank()).count()
                    >= sentences);
  }

  /** Presses Stop, and waits for the session's end. */
  void end() {
    press("#start");
    awaitState("ended", Duration.ofMinutes(2));
  }

  /** Presses Stop, and Stop now. */
  void leave() {
    press("#start");
    press("#start");
    awaitState("ended", Duration.ofMinutes(2));
  }

  /** The texts of the captions of a column, {@code said} or {@code translated}, from the oldest. */
  List<String> captions(String column) {
    return strings(
        "return [...document.querySelectorAll('#rows ." + column + "')].map(p => p.textContent)");
  }

  /**
   * What was noted since the page was opened: shifts, jumps, told, or the alerts, where an empty
   * one is the end of the one before.
   */
  List<String> seen(String what) {
    return strings("return seen." + what);
  }

  List<String> strings(String script) {
    return ((List<?>) script(script)).stream().map(String::valueOf).toList();
  }

  Object script(String script, Object... arguments) {
    return browser.executeScript(script, arguments);
  }

  Object scriptAsync(String script, Object... arguments) {
    return browser.executeAsyncScript(script, arguments);
  }

  /** What the console said since the last look. */
  List<String> console() {
    return browser.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::getMessage)
        .toList();
  }

  /** The browser's own account of its network since the last look, by the event's name. */
  Map<String, List<JsonNode>> network() {
    Map<String, List<JsonNode>> events = new HashMap<>();
    for (LogEntry entry : browser.manage().logs().get(LogType.PERFORMANCE)) {
      JsonNode message = json(entry.getMessage()).path("message");
      events
          .computeIfAbsent(message.path("method").asText(), method -> new ArrayList<>())
          .add(message.path("params"));
    }
    return events;
  }

  /** Lets axe look at it as it is now. */
  void assertAccessible(String when) {
    assertEquals(
        "",
        new AxeBuilder()
            .setLegacyMode(true).analyze(browser).getViolations().stream()
                .map(Page::violation)
                .collect(Collectors.joining("\n")),
        when);
  }

  private static String violation(Rule rule) {
    return rule.getId()
        + ": "
        + rule.getNodes().stream()
            .map(node -> node.getHtml() + " " + node.getFailureSummary())
            .collect(Collectors.joining("; "));
  }

  void picture(Path file) {
    try {
      Files.write(file, browser.getScreenshotAs(OutputType.BYTES));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }
}
