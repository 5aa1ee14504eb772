package io.dragoman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.protocol.ServerMessage.Caption;
import io.dragoman.protocol.ServerMessage.Role;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CaptionPrinterTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

  @Test
  void onlyFinalsAreLinesWhereThereIsNoTerminal() {
    CaptionPrinter printer = new CaptionPrinter(out, false);
    printer.print(partial("Hola, ¿cómo", " estás"));
    printer.print(partial("Hola, ¿cómo estás", ""));
    printer.print(partial("Hola, ¿cómo estás hoy", ""));
    printer.print(last("Hola, ¿cómo estás hoy?"));
    printer.finish();

    assertEquals(
        """
        translation es     Hola, ¿cómo estás hoy?
        """,
        printed());
  }

  @Test
  void onATerminalTheTentativePartIsDimmed() {
    CaptionPrinter printer = new CaptionPrinter(out, true);
    printer.print(partial("Hola, ¿cómo", " estás"));

    assertTrue(printed().contains("es     Hola, ¿cómo\u001b[2m estás\u001b[0m"), printed());
  }

  @Test
  void onATerminalAFinalTakesThePlaceOfWhatGrew() {
    CaptionPrinter printer = new CaptionPrinter(out, true);
    printer.print(partial("Hola", ""));
    printed.reset();
    printer.print(last("Hola."));

    String up = "\u001b[1F";
    assertTrue(printed().startsWith(up + "translation es     Hola.\u001b[0m"), printed());
    assertFalse(printed().contains("Hola\u001b"), printed());
  }

  @Test
  void aLongCaptionShowsItsNewestWords() {
    CaptionPrinter printer = new CaptionPrinter(out, true);
    printer.print(partial("word ".repeat(30), "newest"));

    assertTrue(printed().contains("…"), printed());
    assertTrue(printed().contains("word \u001b[2mnewest"), printed());
  }

  @Test
  void whatSteersATerminalIsNotPassedOn() {
    String steering = "a\u001b]0;title\u0007b\r\nc\u009b2Jd\u2028e\tf";
    for (boolean terminal : new boolean[] {false, true}) {
      printed.reset();
      CaptionPrinter printer = new CaptionPrinter(out, terminal);
      printer.print(last(steering));
      printer.print(partial("", steering));
      printer.print(partial(steering + "word ".repeat(30), steering));
      printer.printLine("! " + steering);

      String ours = printed().replaceAll("\u001b\\[[0-9;?]*[A-Za-z]", "");
      assertTrue(ours.contains("a ]0;title b  c 2Jd e f"), ours);
      assertFalse(ours.replace("\n", "").matches("(?s).*[\\p{Cc}\u2028].*"), ours);
      assertEquals(terminal ? 5 : 2, ours.lines().count(), ours);
    }
  }

  private String printed() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  private static Caption partial(String stable, String tentative) {
    return new Caption(
        null, "s", 1, 1, Role.TRANSLATION, "es", false, stable, tentative, null, 0, 900);
  }

  private static Caption last(String text) {
    return new Caption(9L, "s", 1, 9, Role.TRANSLATION, "es", true, null, null, text, 0, 900);
  }
}
