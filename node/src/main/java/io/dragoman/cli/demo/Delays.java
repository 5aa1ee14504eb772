package io.dragoman.cli.demo;

import io.dragoman.protocol.ServerMessage.Caption;
import io.dragoman.protocol.ServerMessage.Role;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * A stopwatch for one session's translation. A word's delay runs from the moment its last sample
 * was due to be sent to the first caption, growing or final, that covers it; a sentence's from its
 * last word to its final. Words that become translatable only together are one. A sender that is
 * late, because the node does not take its audio, so makes the delays longer, as it does for those
 * who listen.
 *
 * <p>A caption belongs to the sentence in or after which it ends. Where the translation is known,
 * it covers the words whose translation it begins with; where a real service translates, those that
 * end before it does. Thread-safe.
 */
final class Delays {
  private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final int SAMPLES_PER_MS = Track.SAMPLE_RATE / 1_000;

  /** More sentences than this that wait for their final are forgotten, the oldest first. */
  private static final int MAX_OPEN = 256;

  private final boolean translationKnown;

  // All of these are guarded by this.
  private final Deque<Open> open = new ArrayDeque<>();
  private final List<Long> wordMillis = new ArrayList<>();
  private final List<Long> finalMillis = new ArrayList<>();

  Delays(boolean translationKnown) {
    this.translationKnown = translationKnown;
  }

  /**
   * A sentence begins.
   *
   * @param startNanos when the session's sample 0 was due
   */
  synchronized void begin(Utterance utterance, long startNanos) {
    if (open.size() == MAX_OPEN) {
      open.removeFirst();
    }
    open.addLast(new Open(utterance, startNanos));
  }

  /** A caption is here. */
  synchronized void arrived(Caption caption, long nanos) {
    if (caption.role() != Role.TRANSLATION) {
      return;
    }
    long endSample = caption.endMs() * SAMPLES_PER_MS;
    for (Iterator<Open> newestFirst = open.descendingIterator(); newestFirst.hasNext(); ) {
      Open sentence = newestFirst.next();
      if (sentence.utterance.startSample() < endSample) {
        sentence.arrived(caption, endSample, nanos);
        if (caption.isFinal()) {
          newestFirst.remove();
        }
        return;
      }
    }
  }

  /** The delay of each piece of translation, in the order of arrival. */
  synchronized List<Long> wordMillis() {
    return List.copyOf(wordMillis);
  }

  /** The delay of each final, in the order of arrival. */
  synchronized List<Long> finalMillis() {
    return List.copyOf(finalMillis);
  }

  /** The newest word's delay. */
  synchronized OptionalLong newestMillis() {
    return wordMillis.isEmpty() ? OptionalLong.empty() : OptionalLong.of(wordMillis.getLast());
  }

  /** The smallest value that at least so many percent do not exceed; empty where there is none. */
  static OptionalLong percentile(List<Long> values, int percent) {
    if (values.isEmpty()) {
      return OptionalLong.empty();
    }
    List<Long> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int rank = Math.ceilDiv(percent * sorted.size(), 100);
    return OptionalLong.of(sorted.get(Math.max(rank, 1) - 1));
  }

  /** A sentence without its final. Guarded by the stopwatch it is in. */
  private final class Open {
    private final Utterance utterance;
    private final long startNanos;
    private final boolean[] covered;

    Open(Utterance utterance, long startNanos) {
      this.utterance = utterance;
      this.startNanos = startNanos;
      this.covered = new boolean[utterance.pieces().size()];
    }

    void arrived(Caption caption, long endSample, long nanos) {
      List<String> words = words(text(caption));
      for (int i = 0; i < covered.length; i++) {
        Utterance.Piece piece = utterance.pieces().get(i);
        long delay = nanos - dueNanos(piece.endSample());
        if (!covered[i] && delay >= 0 && covers(words, endSample, piece)) {
          covered[i] = true;
          wordMillis.add(millis(delay));
        }
      }
      long delay = nanos - dueNanos(utterance.endSample());
      if (caption.isFinal() && delay >= 0) {
        finalMillis.add(millis(delay));
      }
    }

    private long dueNanos(long sample) {
      return startNanos + sample * NANOS_PER_SECOND / Track.SAMPLE_RATE;
    }

    private boolean covers(List<String> words, long endSample, Utterance.Piece piece) {
      if (!translationKnown) {
        return piece.endSample() <= endSample;
      }
      List<String> needed = words(piece.translation());
      return needed.size() <= words.size() && words.subList(0, needed.size()).equals(needed);
    }
  }

  private static String text(Caption caption) {
    return caption.isFinal()
        ? Objects.requireNonNullElse(caption.text(), "")
        : Objects.requireNonNullElse(caption.stable(), "")
            + Objects.requireNonNullElse(caption.tentative(), "");
  }

  /** Without case and punctuation: a sentence that still grows has no full stop. */
  private static List<String> words(String text) {
    return Arrays.stream(text.toLowerCase(Locale.ROOT).split("\\s+"))
        .map(word -> word.replaceAll("[^\\p{L}\\p{N}]", ""))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }
}
