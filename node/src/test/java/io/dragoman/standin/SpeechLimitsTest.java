package io.dragoman.standin;

import static io.dragoman.standin.SpeechTestBed.ANY_PACE;
import static io.dragoman.standin.SpeechTestBed.CLIP;
import static io.dragoman.standin.SpeechTestBed.RECOGNIZER;
import static io.dragoman.standin.SpeechTestBed.configuration;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.standin.SpeechStandInConfig.Limits;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the stand-in refuses and how it bounds a stream, as the service does. */
@Timeout(180)
final class SpeechLimitsTest {
  private final SpeechTestBed bed = new SpeechTestBed();

  @AfterEach
  void close() throws Exception {
    bed.close();
  }

  @Test
  void everyAnswerIsLabelled() {
    bed.start(ANY_PACE.withMaxStreams(1));
    var label = Metadata.Key.of("x-dragoman-stand-in", Metadata.ASCII_STRING_MARSHALLER);
    var headers = new AtomicReference<@Nullable Metadata>();
    var trailers = new AtomicReference<@Nullable Metadata>();
    var capture = MetadataUtils.newCaptureMetadataInterceptor(headers, trailers);
    for (boolean refused : new boolean[] {false, true}) {
      SpeechTestCall call = bed.call(capture);
      if (refused) {
        call.send(new byte[2]);
      } else {
        call.configure(configuration()).stream(CLIP.pcm(0), 10).halfClose();
      }
      call.end();
      Metadata received = refused ? trailers.get() : headers.get();
      assertNotNull(received);
      assertEquals("speech", received.get(label));
    }
  }

  @Test
  void theConfigurationComesFirstAndOnce() {
    bed.start(ANY_PACE);
    bed.call()
        .send(new byte[100])
        .assertEnds(
            Status.Code.INVALID_ARGUMENT,
            "Malordered Data Received. Expected streaming_config but received audio."
                + " Send exactly one config, followed by audio data.");
    bed.call()
        .configure(configuration())
        .configure(configuration())
        .assertEnds(
            Status.Code.INVALID_ARGUMENT,
            "Malordered Data Received. Expected audio but none was set."
                + " Send exactly one config, followed by audio data.");
    bed.call()
        .halfClose()
        .assertEnds(
            Status.Code.INVALID_ARGUMENT,
            "Malordered Data Received. Expected streaming_config but received none."
                + " Send exactly one config, followed by audio data.");
  }

  @Test
  void anAudioMessageHoldsAtMost25600Bytes() {
    bed.start(ANY_PACE);
    SpeechTestCall call =
        bed.call().configure(configuration()).send(new byte[25_600]).send(new byte[25_601]);
    call.assertEnds(
        Status.Code.INVALID_ARGUMENT,
        "Audio chunk can be of a maximum of 25600 bytes. Received audio of 25601 bytes instead.");
  }

  @Test
  void aConfigurationThatTheServiceRefusesIsRefused() {
    bed.start(ANY_PACE);
    var path = configuration().toBuilder().setRecognizer("projects/test/recognizers/_");
    var model = configuration().toBuilder();
    model.getStreamingConfigBuilder().getConfigBuilder().clearModel();
    var language = configuration().toBuilder();
    language.getStreamingConfigBuilder().getConfigBuilder().clearLanguageCodes();
    var encoding = configuration().toBuilder();
    encoding.getStreamingConfigBuilder().getConfigBuilder().clearExplicitDecodingConfig();
    var requests =
        Stream.of(
            path,
            model,
            language,
            encoding,
            configuration(7_999),
            configuration(48_001),
            configuration("lnog", "en-US"),
            configuration("long", "de-DE"),
            configuration("long", "enm"),
            configuration("long", "en-US", "American English"));
    for (var request : requests.toList()) {
      Status end = bed.call().configure(request.build()).end();
      assertEquals(Status.Code.INVALID_ARGUMENT, end.getCode(), request.toString());
    }
    var named = model.setRecognizer(RECOGNIZER.replace("/_", "/mine")).build();
    assertEquals(Status.Code.OK, bed.call().configure(named).halfClose().end().getCode());
  }

  @Test
  void audioMayComeAheadOfTimeButNotTooFar() {
    bed.start(Limits.defaults());
    byte[] halfSecond = new byte[24_000];
    SpeechTestCall kept = bed.call().configure(configuration());
    for (int i = 0; i < 59; i++) {
      kept.send(halfSecond);
    }
    assertEquals(Status.Code.OK, kept.halfClose().end().getCode());
    SpeechTestCall hasty = bed.call().configure(configuration());
    for (int i = 0; i < 200; i++) {
      hasty.send(halfSecond);
    }
    hasty.assertEnds(
        Status.Code.OUT_OF_RANGE,
        "Audio data is being streamed too fast."
            + " Please stream audio data approximately at real time.");
  }

  @Test
  void aStreamEndsAfterItsLongestDurationOfAudio() {
    bed.start(ANY_PACE);
    SpeechTestCall call = bed.call().configure(configuration());
    byte[] second = new byte[24_000];
    for (int i = 0; i < 601; i++) {
      call.send(second);
    }
    call.assertEnds(Status.Code.ABORTED, "Max duration of 5 minutes reached for stream.");
  }

  @Test
  void aStreamEndsAfterItsLongestDurationByTheClock() {
    bed.start(ANY_PACE.withMaxDuration(Duration.ofMillis(200)));
    bed.call()
        .configure(configuration())
        .assertEnds(Status.Code.ABORTED, "Max duration of 0.2 seconds reached for stream.");
  }

  @Test
  void aStreamEndsWhenNoRequestsCome() {
    bed.start(ANY_PACE.withIdleTimeout(Duration.ofMillis(200)));
    bed.call()
        .configure(configuration())
        .send(new byte[4_800])
        .assertEnds(
            Status.Code.ABORTED, "Stream timed out after receiving no more client requests.");
  }

  @Test
  void noMoreStreamsAreHeardThanAllowed() throws InterruptedException {
    bed.start(ANY_PACE.withMaxStreams(2));
    SpeechTestCall first = bed.call().configure(configuration()).stream(CLIP.pcm(0), 11);
    SpeechTestCall second = bed.call().configure(configuration()).stream(CLIP.pcm(0), 12);
    first.awaitFinals(1);
    second.awaitFinals(1);
    assertEquals(
        Status.Code.RESOURCE_EXHAUSTED, bed.call().configure(configuration()).end().getCode());
    // However a stream ends, its place is free again.
    first.halfClose().end();
    second.cancel();
    for (int i = 0; i < 2; i++) {
      Status end;
      do {
        end = bed.call().configure(configuration()).halfClose().end();
      } while (end.getCode() == Status.Code.RESOURCE_EXHAUSTED);
      assertEquals(Status.Code.OK, end.getCode());
    }
  }

  @Test
  void aClientThatDoesNotReadIsNotHeardAnyFurther() throws InterruptedException {
    bed.start(ANY_PACE.withMaxDuration(Duration.ofDays(1)));
    SpeechTestCall call = bed.callWithoutReading();
    call.configure(configuration());
    byte[] pcm = CLIP.pcm(0);
    int clips = 0;
    while (call.awaitReady(Duration.ofSeconds(1))) {
      assertTrue(++clips < 1_000, "nothing holds the client back");
      call.stream(pcm, clips);
    }
    call.halfClose();
    call.readAll();
    assertEquals(Status.Code.OK, call.end().getCode());
    assertEquals(clips * CLIP.sentences().size(), call.finals().size());
  }

  @Test
  void aPortInUseIsSaid() {
    SpeechStandIn first = bed.start(ANY_PACE);
    assertThrows(
        IOException.class,
        () -> SpeechStandIn.start(SpeechStandInConfig.defaults().withPort(first.port())));
  }

  @Test
  void badConfigurationIsRefusedWithASentence() {
    var refused =
        assertThrows(IllegalArgumentException.class, () -> ANY_PACE.withIdleTimeout(Duration.ZERO));
    assertEquals("idleTimeout: PT0S is not positive", refused.getMessage());
  }
}
