package io.dragoman.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.client.FakeNode;
import io.dragoman.protocol.ClientMessage;
import io.dragoman.protocol.ErrorCode;
import io.dragoman.protocol.ServerMessage;
import io.dragoman.protocol.ServerMessage.Caption;
import io.dragoman.protocol.ServerMessage.Role;
import io.dragoman.standin.Clips;
import io.helidon.websocket.WsSession;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class StreamCommandTest {
  private final PrintStream realOut = System.out;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final byte[] pcm = Arrays.copyOf(Clips.shipped().getFirst().pcm(0), 24_000);
  private final Path wav;

  StreamCommandTest(@TempDir Path folder) throws IOException {
    wav = folder.resolve("talk.wav");
    AudioFormat format = new AudioFormat(24_000, 16, 1, true, false);
    AudioSystem.write(
        new AudioInputStream(new ByteArrayInputStream(pcm), format, pcm.length / 2),
        AudioFileFormat.Type.WAVE,
        wav.toFile());
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void giveBackTheOutput() {
    System.setOut(realOut);
  }

  @Test
  void aWavIsSpokenAndItsCaptionsArePrinted() throws Exception {
    try (FakeNode node = new FakeNode(StreamCommandTest::caption)) {
      String url = "ws://" + node.address().authority();

      assertEquals(
          ExitCode.OK,
          DragomanCommand.run("stream", "--url", url, "--wav", wav.toString(), "--to", "es,de"));

      assertArrayEquals(pcm, node.audio());
      var start = assertInstanceOf(ClientMessage.SessionStart.class, node.received.peek());
      assertEquals(
          List.of(new ClientMessage.Target("es"), new ClientMessage.Target("de")), start.targets());
      assertEquals(
          """
          Session on node n1.
          What answers is a stand-in, not the real service: speech.
          translation es     ¡Hola!
          Ended after 0.1 s of audio, 0 requests and 0 tokens.
          """,
          printed.toString(StandardCharsets.UTF_8));
    }
  }

  @Test
  void troubleThatStaysIsToldOnceAndOnceMoreWhenTheSpeechIsOver() throws Exception {
    try (FakeNode node = new FakeNode(StreamCommandTest::trouble)) {
      String url = "ws://" + node.address().authority();

      DragomanCommand.run("stream", "--url", url, "--wav", wav.toString());

      assertEquals(
          """
          ! Not heard for 40 s.
          Session on node n1.
          What answers is a stand-in, not the real service: speech.
          ! Not heard for 20 s.
          Ended after 0.1 s of audio, 0 requests and 0 tokens.
          """,
          printed.toString(StandardCharsets.UTF_8));
    }
  }

  private static void trouble(WsSession session, ClientMessage message) {
    if (message instanceof ClientMessage.SessionEnd) {
      FakeNode.say(session, away(20));
      FakeNode.say(session, away(10));
      FakeNode.behaved(session, message);
    } else {
      // Nobody speaks before the session has started, so both come before the speech is over.
      FakeNode.say(session, away(40));
      FakeNode.say(session, away(30));
      FakeNode.behaved(session, message);
    }
  }

  private static ServerMessage.Failure away(int seconds) {
    return new ServerMessage.Failure(
        ErrorCode.SPEECH_UNAVAILABLE,
        false,
        true,
        100L,
        seconds * 1_000L,
        "Not heard for " + seconds + " s.");
  }

  @Test
  void aSessionThatBreaksIsAFailure() throws Exception {
    try (FakeNode node =
        new FakeNode(
            (session, message) -> {
              if (message instanceof ClientMessage.SessionEnd) {
                FakeNode.say(
                    session,
                    new ServerMessage.Failure(
                        ErrorCode.SPEECH_UNAVAILABLE, true, true, 1L, null, "Nobody hears."));
                session.close(4500, "speech_unavailable");
              } else {
                FakeNode.behaved(session, message);
              }
            })) {
      String url = "ws://" + node.address().authority();

      assertEquals(
          ExitCode.FAILED, DragomanCommand.run("stream", "--url", url, "--wav", wav.toString()));
    }
  }

  @Test
  void aSessionThatMovesGoesOn() throws Exception {
    try (FakeNode leaving =
            new FakeNode(
                (session, message) -> {
                  FakeNode.behaved(session, message);
                  FakeNode.say(session, new ServerMessage.SessionMoving(1_000));
                });
        FakeNode next =
            new FakeNode(
                (session, message) -> {
                  if (message instanceof ClientMessage.SessionStart) {
                    FakeNode.say(
                        session, new ServerMessage.SessionResumed(2, 0, "token 2", 60, "n2"));
                    FakeNode.say(session, new ServerMessage.Gap(2, 0, 12_000));
                  } else {
                    caption(session, message);
                  }
                })) {
      String urls =
          "ws://%s,ws://%s".formatted(leaving.address().authority(), next.address().authority());

      assertEquals(
          ExitCode.OK, DragomanCommand.run("stream", "--url", urls, "--wav", wav.toString()));
      String shown = printed.toString(StandardCharsets.UTF_8);
      assertTrue(
          shown.contains(
              "! %s leaves. What is said is kept.%n".formatted(leaving.address().authority())),
          shown);
      assertTrue(shown.contains("Session on node n2."), shown);
      assertTrue(shown.contains("! It goes on, after 0."), shown);
      assertTrue(shown.contains("! 0.5 s of what was said are lost."), shown);
    }
  }

  @Test
  void aLanguageThatTheNodeRefusesIsWrongUsage() throws Exception {
    try (FakeNode node = new FakeNode((session, _) -> session.close(4400, "unsupported"))) {
      String url = "ws://" + node.address().authority();

      assertEquals(
          ExitCode.USAGE,
          DragomanCommand.run("stream", "--url", url, "--wav", wav.toString(), "--to", "xx"));
    }
  }

  private static void caption(WsSession session, ClientMessage message) {
    if (message instanceof ClientMessage.SessionEnd) {
      FakeNode.say(
          session,
          new Caption(null, "s", 1, 1, Role.TRANSLATION, "es", false, "Hola", "", null, 0, 400));
      FakeNode.say(
          session,
          new Caption(2L, "s", 1, 2, Role.TRANSLATION, "es", true, null, null, "¡Hola!", 0, 400));
    }
    FakeNode.behaved(session, message);
  }
}
