package io.dragoman.speech;

import com.google.cloud.speech.v2.SpeechRecognitionAlternative;
import com.google.cloud.speech.v2.StreamingRecognitionResult;
import com.google.cloud.speech.v2.StreamingRecognizeResponse;
import com.google.cloud.speech.v2.WordInfo;
import com.google.protobuf.Duration;
import io.dragoman.speech.SpeechEvent.Activity;
import io.dragoman.speech.SpeechEvent.Final;
import io.dragoman.speech.SpeechEvent.Interim;
import io.dragoman.speech.SpeechEvent.Word;
import java.util.ArrayList;
import java.util.List;

/**
 * What a stream has heard: turns Google's responses, call after call, into events at the session's
 * positions, and knows up to where everything is settled. Used by one thread.
 *
 * <p>The next call always begins at the settled position, and the calls of a stream never overlap
 * in time. So nothing is heard twice, and what was not settled is heard again.
 *
 * <p>A call that we end ourselves may end within a word. A last word that touches the end is not
 * reported: the next call begins before it and hears it whole. Where the service gives no positions
 * of words, that is so of all that was said after the last final, if we thought that nobody spoke.
 */
final class Hearing {
  /** From this stability on, the text is not expected to change; Google says 0.9 or 0.01. */
  private static final float STABLE = 0.8f;

  /** How inexact a word's place is: it may seem to end so far before the end, and yet be cut. */
  private static final double WORD_MARGIN_SECONDS = 0.4;

  /** Speech is noticed late; how much before that is certainly not silence. */
  private static final double ONSET_MARGIN_SECONDS = 1.0;

  private final int sampleRate;

  /** Everything before this is covered by a final or by silence. */
  private long settled;

  /** What the listener was told last. */
  private boolean reportedSpeaking;

  // Of the present call:
  private Timeline timeline;
  private long callFrom;
  private boolean speaking;
  private boolean interimOpen;
  private boolean speechSinceFinal;
  private boolean wordMayBeCut;

  /** Whether it was thought that nobody spoke when the call got no more audio. */
  private boolean cutInQuiet;

  /** Whether all that was said since is left to the next call: this one settles nothing more. */
  private boolean restLeft;

  /** Whether the rest may be left even if this call has settled nothing. */
  private boolean mayLeaveAll = true;

  private boolean wordLeft;

  /** Begins before anything was heard, at the position of the first sample. */
  Hearing(long from, int sampleRate) {
    this.sampleRate = sampleRate;
    this.settled = from;
    this.timeline = new Timeline(from, sampleRate);
  }

  /** A new call begins, at the settled position; the timeline is kept up by its sender. */
  Timeline beginCall() {
    timeline = new Timeline(settled, sampleRate);
    // Once, or the stream might never get on.
    mayLeaveAll = !(restLeft && settled == callFrom);
    callFrom = settled;
    speaking = false;
    interimOpen = false;
    speechSinceFinal = false;
    wordMayBeCut = false;
    cutInQuiet = false;
    restLeft = false;
    wordLeft = false;
    return timeline;
  }

  /**
   * The call gets no more audio, though somebody may be in the middle of a word.
   *
   * @param inQuiet whether it is thought that nobody is
   */
  void callIsCut(boolean inQuiet) {
    wordMayBeCut = true;
    cutInQuiet = inQuiet;
  }

  /**
   * The call was heard to its end: everything it was sent is settled, but for a cut-off word, and
   * for an onset that was not noticed yet when the call was cut.
   */
  void callEnded() {
    if (!wordMayBeCut) {
      settle(timeline.next());
    } else if (!wordLeft) {
      // Somebody may have begun at the end, unnoticed.
      settle(beforeEnd(ONSET_MARGIN_SECONDS));
    }
  }

  long settled() {
    return settled;
  }

  /** Whether nobody speaks, as far as the service has said. */
  boolean isQuiet() {
    return !speaking && !interimOpen;
  }

  /** The events that a response holds; none when it says nothing new. */
  List<SpeechEvent> hear(StreamingRecognizeResponse response) {
    List<SpeechEvent> events = new ArrayList<>();
    switch (response.getSpeechEventType()) {
      case SPEECH_ACTIVITY_BEGIN -> hearActivity(true, response.getSpeechEventOffset(), events);
      case SPEECH_ACTIVITY_END -> hearActivity(false, response.getSpeechEventOffset(), events);
      case END_OF_SINGLE_UTTERANCE, SPEECH_EVENT_TYPE_UNSPECIFIED, UNRECOGNIZED -> {}
    }
    List<StreamingRecognitionResult> interims = new ArrayList<>();
    for (StreamingRecognitionResult result : response.getResultsList()) {
      if (result.getAlternativesCount() == 0) {
        continue;
      }
      if (result.getIsFinal()) {
        hearFinal(result, events);
      } else {
        interims.add(result);
      }
    }
    hearInterims(interims, events);
    return events;
  }

  private void hearActivity(boolean begins, Duration offset, List<SpeechEvent> events) {
    long sample = Math.max(settled, position(offset));
    if (begins && !speechSinceFinal && !interimOpen) {
      settle(sample - samples(ONSET_MARGIN_SECONDS));
    }
    speaking = begins;
    speechSinceFinal |= begins;
    if (begins != reportedSpeaking) {
      reportedSpeaking = begins;
      events.add(new Activity(begins, sample));
    }
  }

  /** Joins the results of one response, of which the first may be stable and the others not. */
  private void hearInterims(List<StreamingRecognitionResult> results, List<SpeechEvent> events) {
    StringBuilder stable = new StringBuilder();
    StringBuilder tentative = new StringBuilder();
    long end = settled;
    for (StreamingRecognitionResult result : results) {
      boolean isStable = tentative.isEmpty() && result.getStability() >= STABLE;
      (isStable ? stable : tentative).append(result.getAlternatives(0).getTranscript());
      end = Math.max(end, endOf(result));
    }
    String head = stable.toString().stripLeading();
    String tail = head.isEmpty() ? tentative.toString().strip() : tentative.toString();
    if (end > settled && !(head.isBlank() && tail.isBlank())) {
      interimOpen = true;
      events.add(new Interim(head, tail, end));
    }
  }

  private void hearFinal(StreamingRecognitionResult result, List<SpeechEvent> events) {
    SpeechRecognitionAlternative best = result.getAlternatives(0);
    String text = best.getTranscript().strip();
    List<Word> words = words(best);
    interimOpen = false;
    speechSinceFinal = speaking;
    if (!text.isEmpty() && words.isEmpty() && cutInQuiet && (settled > callFrom || mayLeaveAll)) {
      // Somebody had begun when the call was cut, unnoticed, and nothing says where the cut word
      // begins. The next call hears all of it.
      restLeft = true;
      return;
    }
    long start = words.isEmpty() ? settled : words.getFirst().startSample();
    long end = words.isEmpty() ? Math.max(start, endOf(result)) : words.getLast().endSample();
    if (words.isEmpty() || !wordMayBeCut) {
      settle(Math.max(end, endOf(result)));
    } else {
      String rest = withoutCutWord(text, words.getLast());
      if (!rest.equals(text)) {
        Word cut = words.removeLast();
        wordLeft = true;
        text = rest;
        end = words.isEmpty() ? leadIn(cut) : words.getLast().endSample();
      }
      settle(end);
    }
    if (!text.isEmpty()) {
      events.add(new Final(text, words, start, end, settled));
    }
  }

  /** So long before the end of the call. Filled-in silence counts as silence. */
  private long beforeEnd(double seconds) {
    return timeline.toSession(Math.max(0, timeline.length() - samples(seconds)));
  }

  /**
   * Where a call begins that is to hear an utterance from its first word on: some time before, as
   * no word's start is known exactly, unless the stream would then not get on.
   */
  private long leadIn(Word first) {
    long early = first.startSample() - samples(WORD_MARGIN_SECONDS);
    return early > callFrom ? early : first.startSample();
  }

  /**
   * The text without its last word, where that may be cut off; the same text otherwise. A word that
   * seems to fill the whole call stays, or the stream would never get past it.
   */
  private String withoutCutWord(String text, Word last) {
    int at = text.lastIndexOf(last.text());
    boolean mayBeCut =
        last.endSample() > beforeEnd(WORD_MARGIN_SECONDS) && last.startSample() > callFrom;
    if (!mayBeCut
        || at < 0
        || text.substring(at + last.text().length()).chars().anyMatch(Character::isLetterOrDigit)) {
      return text;
    }
    return text.substring(0, at).strip();
  }

  /** The words in order, none before what is settled; empty when the model gives no positions. */
  private List<Word> words(SpeechRecognitionAlternative alternative) {
    List<Word> words = new ArrayList<>();
    long earliest = settled;
    for (WordInfo info : alternative.getWordsList()) {
      if (!info.hasEndOffset()) {
        return new ArrayList<>();
      }
      long start = Math.max(earliest, position(info.getStartOffset()));
      long end = Math.max(start, position(info.getEndOffset()));
      words.add(new Word(info.getWord(), start, end));
      earliest = end;
    }
    return words;
  }

  private long endOf(StreamingRecognitionResult result) {
    return result.hasResultEndOffset() ? position(result.getResultEndOffset()) : timeline.next();
  }

  private long position(Duration offset) {
    return timeline.toSession(java.time.Duration.ofSeconds(offset.getSeconds(), offset.getNanos()));
  }

  private long samples(double seconds) {
    return Math.round(seconds * sampleRate);
  }

  private void settle(long before) {
    settled = restLeft ? settled : Math.max(settled, before);
  }
}
