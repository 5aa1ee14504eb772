package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.standin.Clip;
import io.dragoman.standin.Clips;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The captions page while its connection is lost, and after it. */
@Timeout(600)
class CaptionsPageAwayIT {
  private static final Duration SOON = Duration.ofSeconds(50);
  private static final Duration A_CLIP = Duration.ofMinutes(2);
  private static final String AWAY =
      "Connection lost. Still listening: captions follow when it is back.";
  private static final String BACK = "The connection is back. The captions catch up.";

  @TempDir static Path directory;
  private static Visit visit;

  @BeforeAll
  static void start() throws Exception {
    visit = Visit.start(directory, Map.of(), Map.of());
  }

  @AfterAll
  static void stop() {
    if (visit != null) {
      visit.close();
    }
  }

  @Test
  void aConnectionThatBreaksAndOneThatFallsSilentCostNoWord() throws Exception {
    try (Link link = new Link(visit.node().port())) {
      Page page = new Page(visit.browser(), link.address());
      page.open("?clip=conference&to=es");
      page.press("#start");
      page.awaitCaptions(1);
      link.breakOff();
      page.awaitState("away", SOON);
      assertEquals(AWAY, page.text("#waiting"));
      assertEquals("Stop", page.text("#start"));
      await().atMost(SOON).until(() -> page.text("#delay").matches("([2-9]|\\d\\d) s kept"));
      link.mend();
      await().atMost(SOON).until(() -> page.text("#waiting").equals(BACK));
      page.awaitCaptions(2);
      link.fallSilent();
      await().atMost(SOON).until(() -> page.text("#waiting").startsWith("Connection lost."));
      link.mend();
      page.awaitState("ended", A_CLIP);
      assertWhole(page, Clips.shipped().getFirst(), "es");
      assertEquals(List.of(), page.seen("shifts"));
    }
  }

  @Test
  void aNodeThatIsKilledCostsNoWordWhereThereAreOthers() throws Exception {
    try (Dragoman demo =
        Dragoman.start(directory, "demo", "--standin", "--sessions", "1", "--json")) {
      try (Link link = new Link(portOf(demo, "n3"))) {
        Page page = new Page(visit.browser(), link.address());
        page.open("?clip=classroom&to=de");
        page.press("#start");
        page.awaitCaptions(1);
        assertTrue(page.text("#node").startsWith("Node n3-"), page.text("#node"));
        link.leadTo(portOf(demo, "n2"));
        lastNode(demo).destroyForcibly();
        await().atMost(SOON).until(() -> page.text("#node").startsWith("Node n2-"));
        page.awaitState("ended", A_CLIP);
        assertWhole(page, Clips.shipped().get(1), "de");
      }
    }
  }

  private static int portOf(Dragoman demo, String name) {
    demo.awaitSaid("All nodes at a glance");
    String said = "(?s).*Node " + name + " serves sessions at ws://[\\d.]+:(\\d+).*";
    return Integer.parseInt(demo.errors().replaceFirst(said, "$1"));
  }

  /** The demo starts its nodes in their order, after the stand-ins. */
  private static ProcessHandle lastNode(Dragoman demo) {
    return demo.handle()
        .descendants()
        .max(Comparator.comparingLong(ProcessHandle::pid))
        .orElseThrow();
  }

  private static void assertWhole(Page page, Clip clip, String to) {
    List<String> translated =
        clip.sentences().stream().map(s -> s.translation(to, s.words().size(), 0)).toList();
    assertEquals(clip.sentences().stream().map(s -> s.heard(0)).toList(), page.captions("said"));
    assertEquals(translated, page.captions("translated"));
    assertEquals(translated, page.seen("told"), "each final came once");
    assertFalse(page.element("#notice").isDisplayed());
  }
}
