package io.dragoman.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.protocol.ServerMessage;
import io.dragoman.standin.Clips;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoardTest {
  private static final ServerMessage STARTED =
      new ServerMessage.SessionStarted(
          "sid", 1, 0, "token", 60, new ServerMessage.Limits(1, 1, 1), "n1-83328a1f", List.of());

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
  private final DemoSession session =
      new DemoSession(
          new DemoSession.Plan(
              "s1",
              List.of("127.0.0.1:1"),
              new Track(Clips.shipped().getFirst(), "es", 0),
              new Disturbance.None(),
              Duration.ZERO,
              1),
          true);

  @Test
  void whereThereIsNoTerminalALineComesEveryFiveSeconds() {
    Board board = new Board(out, false);
    for (int ms = 0; ms <= 11_000; ms += 200) {
      board.show(List.of(session), Duration.ofMillis(ms));
    }

    List<String> lines = printed().lines().toList();
    assertEquals(2, lines.size(), printed());
    assertEquals(
        "   5 s  0 speaking, 0 finishing, 0 failed; 0 finals, 0 partials; delay – (p50)",
        lines.getFirst());
  }

  @Test
  void onATerminalTheTableIsDrawnOverItself() {
    Board board = new Board(out, true);
    session.receipt().onMessage("{}", STARTED);
    session.receipt().onMessage("{}", Fixtures.translation("Buenos días a", " todos", 900));
    board.show(List.of(session), Duration.ZERO);
    int drawn = printed.size();
    assertTrue(
        printed().contains("s1   n1   es  connecting       –  Buenos días a\u001b[2m todos"),
        printed());

    board.show(List.of(session), Duration.ZERO);
    assertTrue(printed().substring(0, 6).startsWith("\u001b[?7l"), "nothing above at first");
    assertEquals("\u001b[4F", new String(printed.toByteArray(), drawn, 4, StandardCharsets.UTF_8));
  }

  @Test
  void moreSessionsThanFitAreCounted() {
    new Board(out, true).show(Collections.nCopies(16, session), Duration.ZERO);
    assertEquals(16, rows());
    assertFalse(printed().contains("more"), printed());

    printed.reset();
    new Board(out, true).show(Collections.nCopies(40, session), Duration.ZERO);
    assertEquals(16, rows());
    assertTrue(printed().contains("… and 24 more"), printed());
  }

  private long rows() {
    return printed().lines().filter(line -> line.startsWith("s1 ")).count();
  }

  private String printed() {
    return printed.toString(StandardCharsets.UTF_8);
  }
}
