package io.dragoman.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A recogniser and a fake of Google Speech; a test may change how they go on before it opens a
 * stream.
 */
abstract class StreamFixture {
  static final long FROM = 1_000;

  final HeardEvents heard = new HeardEvents();
  final Speech speech = new Speech(FROM);
  FakeGoogle google;
  @Nullable GoogleRecognizer recognizer;

  // What a test may change before it opens a stream.
  int maxStreams = 10;
  Duration buffer = Duration.ofSeconds(30);
  Duration lead = Duration.ofMinutes(5);
  Duration idleFillAfter = Duration.ofSeconds(20);
  Duration rotateAfter = Duration.ofMinutes(4);
  Duration rotateAtLatest = Duration.ofSeconds(285);
  Duration patience = Duration.ofSeconds(60);
  Duration finishWithin = Duration.ofSeconds(60);
  Duration retryFirst = Duration.ofMillis(10);
  Duration giveUpAfter = Duration.ofSeconds(60);

  @BeforeEach
  void start() throws IOException {
    google = new FakeGoogle();
  }

  @AfterEach
  void stop() {
    if (recognizer != null) {
      recognizer.close();
    }
    google.close();
  }

  SpeechStream open() {
    return open(heard);
  }

  SpeechStream open(SpeechListener listener) {
    var config =
        new SpeechConfig(
            google.endpoint(),
            true,
            "local",
            "global",
            "_",
            "long",
            maxStreams,
            buffer,
            100,
            lead,
            idleFillAfter,
            rotateAfter,
            rotateAtLatest,
            patience,
            finishWithin,
            retryFirst,
            Duration.ofMillis(100),
            giveUpAfter);
    try {
      recognizer = GoogleRecognizer.connect(config);
      return recognizer.open(request(), listener);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static SpeechRequest request() {
    return new SpeechRequest(List.of("en-US", "en-GB"), Speech.RATE, FROM);
  }

  void say(SpeechStream stream) {
    say(stream, speech);
  }

  /** Offers speech as fast as there is room. */
  void say(SpeechStream stream, Speech said) {
    for (byte[] frame : said.frames()) {
      heard.await("room", () -> stream.offer(frame));
    }
  }

  void assertHeardOnce() {
    assertEquals(speech.words(), heard.words());
    assertEquals(List.of(), google.violations());
  }
}
