package io.dragoman.standin;

import io.dragoman.standin.SpeechResult.Begin;
import io.dragoman.standin.SpeechResult.End;
import io.dragoman.standin.SpeechResult.Final;
import io.dragoman.standin.SpeechResult.Heard;
import io.dragoman.standin.SpeechResult.Interim;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Decides when to say what was heard: interims that trail the speech and revise their last two
 * words, a final when the speaker has paused. Not thread-safe.
 */
final class Utterances {
  /** How many of an interim's last words are still guesses. */
  private static final int TENTATIVE = 2;

  /** Interims say how long unknown speech has lasted in steps of so many tenths of a second. */
  private static final int STEP = 3;

  private static final Interim NOTHING = new Interim(List.of(), List.of(), 0);

  private final Consumer<SpeechResult> out;
  private final int sampleRate;
  private final long interimDelay;
  private final long finalDelay;
  private final long maxUtterance;

  /** What was heard since the last final, in order; {@code maxUtterance} bounds it. */
  private final List<Heard> heard = new ArrayList<>();

  /** Whether the last that was heard is unknown speech, which may grow. */
  private boolean unknown;

  private boolean speaking;
  private long voiceEnd;
  private long finalEnd;
  private Interim said = NOTHING;

  Utterances(SpeechStandInConfig.Hearing config, int sampleRate, Consumer<SpeechResult> out) {
    this.out = out;
    this.sampleRate = sampleRate;
    this.interimDelay = samples(config.interimDelay());
    this.finalDelay = samples(config.finalDelay());
    this.maxUtterance = samples(config.maxUtterance());
  }

  /** Somebody spoke until this sample. */
  void voice(long endSample) {
    if (!speaking) {
      speaking = true;
      out.accept(new Begin(endSample));
    }
    voiceEnd = endSample;
  }

  /** The next word was heard. */
  void heard(Heard word) {
    heard.add(word);
    unknown = false;
  }

  /** Speech goes on until this sample that is not understood. */
  void unknown(long startSample, long endSample) {
    voice(endSample);
    long start = unknown ? heard.removeLast().startSample() : Math.max(startSample, finalEnd);
    String text = describe((endSample - start) * 10 / sampleRate, "");
    heard.add(new Heard(text, text, start, endSample));
    unknown = true;
  }

  /** The audio was heard until this sample. */
  void time(long now) {
    if (!speaking) {
      return;
    }
    if (now - voiceEnd >= finalDelay) {
      pause(now);
    } else if (!heard.isEmpty() && now - heard.getFirst().startSample() >= maxUtterance) {
      conclude();
    } else {
      guess(now - interimDelay);
    }
  }

  /** No audio follows after this sample. */
  void finish(long now) {
    if (speaking) {
      pause(now);
    }
  }

  private void pause(long now) {
    speaking = false;
    out.accept(new End(now));
    conclude();
  }

  private void conclude() {
    if (!heard.isEmpty()) {
      var utterance = new Final(heard);
      finalEnd = utterance.endSample();
      heard.clear();
      unknown = false;
      said = NOTHING;
      out.accept(utterance);
    }
  }

  /** Says what there is to say of the utterance up to this sample, if it is new. */
  private void guess(long limit) {
    var words = new ArrayList<String>();
    var guesses = new ArrayList<String>();
    long end = 0;
    for (int i = 0; i < heard.size(); i++) {
      Heard word = heard.get(i);
      if (unknown && i == heard.size() - 1) {
        long tenths = (Math.min(limit, word.endSample()) - word.startSample()) * 10 / sampleRate;
        long steady = tenths / STEP * STEP;
        if (steady <= 0) {
          break;
        }
        words.add(word.text());
        guesses.add(describe(steady, " …"));
        end = word.startSample() + steady * sampleRate / 10;
      } else if (word.endSample() <= limit) {
        words.add(word.text());
        guesses.add(word.guess());
        end = word.endSample();
      } else {
        break;
      }
    }
    int stable = Math.max(0, words.size() - TENTATIVE);
    var interim =
        new Interim(
            List.copyOf(words.subList(0, stable)),
            List.copyOf(guesses.subList(stable, guesses.size())),
            end);
    if (!interim.equals(said) && !words.isEmpty()) {
      said = interim;
      out.accept(interim);
    }
  }

  private static String describe(long tenths, String more) {
    return "[speech, %d.%d s%s]".formatted(tenths / 10, tenths % 10, more);
  }

  private long samples(Duration duration) {
    return duration.toMillis() * sampleRate / 1_000;
  }
}
