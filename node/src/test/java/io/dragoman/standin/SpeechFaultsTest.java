package io.dragoman.standin;

import static io.dragoman.standin.SpeechTestBed.ANY_PACE;
import static io.dragoman.standin.SpeechTestBed.CLIP;
import static io.dragoman.standin.SpeechTestBed.configuration;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What streams get while a fault is set. */
@Timeout(180)
class SpeechFaultsTest {
  private final Faults faults = new Faults();
  private final SpeechTestBed bed = new SpeechTestBed();

  @BeforeEach
  void start() {
    bed.start(ANY_PACE, faults);
  }

  @AfterEach
  void close() throws Exception {
    bed.close();
  }

  @ParameterizedTest
  @CsvSource({
    "SPEECH_CUT,ABORTED",
    "SPEECH_UNAVAILABLE,UNAVAILABLE",
    "SPEECH_INTERNAL,INTERNAL",
    "SPEECH_EXHAUSTED,RESOURCE_EXHAUSTED",
    "SPEECH_UNAUTHENTICATED,UNAUTHENTICATED",
    "SPEECH_DENIED,PERMISSION_DENIED",
    "SPEECH_INVALID,INVALID_ARGUMENT",
  })
  void newStreamsAndOpenOnesEndWithTheStatus(FaultKind kind, Status.Code code) throws Exception {
    SpeechTestCall open = say(2).awaitAnswer();
    faults.set(Fault.of(kind).withParameter(50));
    assertEquals(code, open.end().getCode());
    assertEquals(code, say(1).end().getCode());
    faults.clear();
    SpeechTestCall sound = say(2);
    assertEquals(Status.Code.OK, sound.halfClose().end().getCode());
  }

  @Test
  void aSilentStreamTakesAudioAndNeitherSpeaksNorEnds() throws Exception {
    faults.set(Fault.of(FaultKind.SPEECH_SILENT).withCount(1));
    SpeechTestCall silent = say(4);
    // gRPC does not promise that calls arrive in the order of their beginning.
    OpenAiTestBed.await(() -> faults.struck() == 1);
    silent.halfClose();
    SpeechTestCall sound = say(4);
    assertEquals(Status.Code.OK, sound.halfClose().end().getCode());
    assertFalse(sound.responses.isEmpty());
    assertTrue(silent.responses.isEmpty());
    assertFalse(silent.end.isDone());
  }

  @Test
  void theSameSeedStrikesTheSameStreamsOpenOnesFirst() throws Exception {
    List<Boolean> first = struck();
    assertEquals(first, struck());
    assertTrue(first.contains(true) && first.contains(false), first.toString());
  }

  /** Which of ten streams end, of which four were open when the fault was set. */
  private List<Boolean> struck() throws Exception {
    List<SpeechTestCall> calls = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      calls.add(say(2).awaitAnswer());
    }
    faults.set(Fault.of(FaultKind.SPEECH_UNAVAILABLE).withShare(0.5));
    for (int i = 0; i < 6; i++) {
      calls.add(say(2).awaitAnswer());
    }
    faults.clear();
    List<Boolean> struck = new ArrayList<>();
    for (SpeechTestCall call : calls) {
      struck.add(call.halfClose().end().getCode() == Status.Code.UNAVAILABLE);
    }
    return struck;
  }

  /** A call that speaks the clip's first seconds. */
  private SpeechTestCall say(int seconds) {
    byte[] pcm = Arrays.copyOf(CLIP.pcm(0), seconds * Clip.SAMPLE_RATE * 2);
    return bed.call().configure(configuration()).stream(pcm, seconds);
  }
}
