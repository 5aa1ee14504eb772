package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

/** What the captions page looks like, and how it is handled, in a real browser. */
@Timeout(300)
class CaptionsPageLooksIT {
  private static final Duration SOON = Duration.ofSeconds(50);

  @TempDir static Path directory;
  private static Visit visit;
  private static Page page;

  @BeforeAll
  static void start() throws Exception {
    visit = Visit.start(directory, Map.of(), Map.of());
    page = visit.page();
  }

  @AfterAll
  static void stop() {
    if (visit != null) {
      visit.close();
    }
  }

  @AfterEach
  void nothingWentWrongUnseen() {
    page.pretendNothing();
    assertEquals(List.of(), page.console());
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
    page.awaitCaptions(1);
    page.assertAccessible("live");
    assertEquals(
        width,
        Integer.parseInt(page.script("return document.documentElement.scrollWidth").toString()));
    page.end();
    page.assertAccessible("ended");
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
      new Actions(visit.browser()).sendKeys(Keys.TAB).perform();
      WebElement focused = visit.browser().switchTo().activeElement();
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
    while (!"start".equals(visit.browser().switchTo().activeElement().getAttribute("id"))) {
      new Actions(visit.browser()).sendKeys(Keys.TAB).perform();
    }
    new Actions(visit.browser()).sendKeys(Keys.ENTER).perform();
    page.awaitState("live", SOON);
    assertEquals("Stop", page.text("#start"));
    page.awaitCaptions(1);
    new Actions(visit.browser()).sendKeys(Keys.SPACE).perform();
    page.awaitState("ended", SOON);
    assertEquals("start", visit.browser().switchTo().activeElement().getAttribute("id"));
    assertEquals("Start", page.text("#start"));
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
    page.awaitCaptions(2);
    assertTrue(
        Double.parseDouble(
                page.element("#rows .translated").getCssValue("font-size").replace("px", ""))
            > 48);
    assertFalse(page.element("#rows .said").isDisplayed());
    await().until(() -> page.element("form").getCssValue("opacity").equals("0"));
    new Actions(visit.browser()).moveByOffset(5, 5).perform();
    await().until(() -> page.element("form").getCssValue("opacity").equals("1"));
    page.press("#mute");
    assertEquals("live", page.state());
    assertEquals(List.of(), page.seen("shifts"));
    assertEquals(List.of(), page.seen("jumps"));
    page.press("#original");
    assertTrue(page.element("#rows .said").isDisplayed());
    page.end();
  }

  @Test
  void aTouchThatBringsTheHallsControlsBackDoesNothingElse() {
    page.open("?view=hall");
    page.press("#start");
    page.awaitCaptions(1);
    await().until(() -> page.element("form").getCssValue("opacity").equals("0"));
    page.tap("#start");
    await().until(() -> page.element("form").getCssValue("opacity").equals("1"));
    assertEquals("live", page.state());
    page.tap("#mute");
    await().until(() -> "true".equals(page.element("#mute").getDomAttribute("aria-pressed")));
    page.tap("#start");
    page.awaitState("ended", SOON);
  }

  @Test
  void onAPhoneTheChoicesMakeRoomForTheCaptionsAndComeBackByTheKeyboard() {
    page.pretend(320, 640, "light");
    page.open("");
    page.press("#start");
    page.awaitCaptions(1);
    assertFalse(page.element("#settings").isDisplayed());
    String choices = page.text("#change");
    assertTrue(choices.contains("→ Spanish"), choices);
    page.script("document.getElementById('to-hall').focus()");
    assertEquals(List.of(choices, "Stop", "Mute", "Captions"), tabThrough());
    page.end();
    for (String expanded : List.of("true", "false", "true")) {
      page.element("#change").sendKeys(Keys.ENTER);
      assertEquals(expanded, page.element("#change").getDomAttribute("aria-expanded"));
      assertEquals(expanded, String.valueOf(page.element("#settings").isDisplayed()));
      assertEquals("change", visit.browser().switchTo().activeElement().getAttribute("id"));
    }
    page.assertAccessible("with the choices open again");
  }

  @Test
  void aLinkOpensAPreparedPageAndTheNextVisitRemembersIt() {
    page.open("?clip=classroom&from=en-US&to=de");
    assertEquals("classroom", page.element("#clip").getDomProperty("value"));
    assertEquals("de", page.element("#to").getDomProperty("value"));
    page.element("#to").sendKeys("Italian");
    assertTrue(visit.browser().getCurrentUrl().contains("to=it"), visit.browser().getCurrentUrl());
    page.visit("");
    assertEquals("classroom", page.element("#clip").getDomProperty("value"));
    assertEquals("it", page.element("#to").getDomProperty("value"));
    page.press("#to-hall");
    await().until(() -> visit.browser().getCurrentUrl().contains("view=hall"));
    assertTrue(
        visit.browser().getCurrentUrl().contains("clip=classroom"),
        visit.browser().getCurrentUrl());
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
    page.awaitCaptions(3);
    await()
        .pollInterval(Duration.ofMillis(50))
        .atMost(SOON)
        .until(() -> page.captions("translated").getLast().length() > 30);
    page.picture(picture);
    page.end();
    assertTrue(picture.toFile().length() > 20_000);
  }
}
