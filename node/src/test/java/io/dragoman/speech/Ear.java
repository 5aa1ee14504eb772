package io.dragoman.speech;

import com.google.cloud.speech.v2.StreamingRecognitionResult;
import com.google.cloud.speech.v2.StreamingRecognizeResponse;
import io.dragoman.speech.SpeechEvent.Word;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Understands {@link Speech} as Google would: interims while somebody speaks, a final after a
 * pause, and one for the rest at half-close. Half a word is heard as a fragment.
 */
final class Ear {
  private static final int PAUSE = Speech.RATE * 4 / 10;

  private final List<Word> words = new ArrayList<>();
  private long position;
  private short value;
  private long since;

  private long longest = Long.MAX_VALUE;
  private long idleMillis = 60_000;
  private long mostLeadNanos = Long.MAX_VALUE;
  private boolean positions = true;

  /** Breaks a call off after so many milliseconds of audio, as Google does after five minutes. */
  Ear longest(int millis) {
    longest = (long) Speech.RATE * millis / 1_000;
    return this;
  }

  /** Breaks a call off that gets nothing for so long, as Google does after ten seconds. */
  Ear idle(int millis) {
    idleMillis = millis;
    return this;
  }

  /** Breaks a call off that gets so much more audio than time has passed, as Google does. */
  Ear lead(int millis) {
    mostLeadNanos = millis * 1_000_000L;
    return this;
  }

  /** Says no more than the text of a final and its end, as some models do. */
  Ear withoutPositions() {
    positions = false;
    return this;
  }

  void serve(FakeGoogle.Call call) throws InterruptedException {
    long began = System.nanoTime();
    while (!call.isCancelled()) {
      short[] audio = call.next(idleMillis);
      if (audio == null) {
        if (!call.isHalfClosed()) {
          call.fail(Status.ABORTED.withDescription("no audio"));
          return;
        }
        break;
      }
      for (short sample : audio) {
        StreamingRecognizeResponse response = hear(sample);
        if (response != null) {
          call.say(response);
        }
      }
      if (position * 1_000_000_000L / Speech.RATE - (System.nanoTime() - began) > mostLeadNanos) {
        call.fail(Status.OUT_OF_RANGE.withDescription("Audio data is being streamed too fast."));
        return;
      }
      if (position >= longest) {
        call.fail(Status.ABORTED.withDescription("Max duration reached for stream."));
        return;
      }
    }
    if (call.isCancelled()) {
      return;
    }
    endRun();
    if (!words.isEmpty()) {
      call.say(Responses.of(last()));
    }
    call.end();
  }

  private @Nullable StreamingRecognizeResponse hear(short sample) {
    StreamingRecognizeResponse response = null;
    if (sample != value) {
      boolean begins = words.isEmpty() && value == 0;
      if (endRun()) {
        response = Responses.of(Responses.interim(words.getLast().text(), 0.01, position));
      } else if (begins) {
        response = Responses.activity(true, position);
      }
      value = sample;
      since = position;
    }
    position++;
    if (value == 0 && position - since == PAUSE && !words.isEmpty()) {
      response =
          StreamingRecognizeResponse.newBuilder(Responses.activity(false, position))
              .addResults(last())
              .build();
      words.clear();
    }
    return response;
  }

  private StreamingRecognitionResult last() {
    var result = Responses.last(words, position);
    return positions ? result : Responses.last(result.getAlternatives(0).getTranscript(), position);
  }

  private boolean endRun() {
    if (value == 0) {
      return false;
    }
    String whole = Speech.name(value);
    words.add(new Word(position - since == Speech.WORD ? whole : whole + "-cut", since, position));
    return true;
  }
}
