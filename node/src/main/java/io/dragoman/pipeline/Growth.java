package io.dragoman.pipeline;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** What was shown of the segment that grows, in one role and language. Used by one thread. */
final class Growth {
  private final long segment;
  private final Caption.Role role;
  private final String language;
  private final StableText text;
  private final Duration showEvery;
  private final Consumer<Caption.Partial> shown;
  private int revision;
  private long shownAt = System.nanoTime() - TimeUnit.HOURS.toNanos(1);

  /**
   * @param text splits what is shown
   * @param showEvery how often at most an answer that streams in is shown
   */
  Growth(
      long segment,
      Caption.Role role,
      String language,
      StableText text,
      Duration showEvery,
      Consumer<Caption.Partial> shown) {
    this.segment = segment;
    this.role = role;
    this.language = language;
    this.text = text;
    this.showEvery = showEvery;
    this.shown = shown;
  }

  long segment() {
    return segment;
  }

  int nextRevision() {
    return ++revision;
  }

  /**
   * Shows an answer while it streams in, once it says more than what is shown, and not too often;
   * whether it did.
   */
  boolean grow(Utterance utterance, StringBuilder soFar) {
    if (System.nanoTime() - shownAt < showEvery.toNanos()) {
      return false;
    }
    StableText.Split split = text.grow(soFar.toString());
    if (split != null) {
      show(utterance, split);
    }
    return split != null;
  }

  /** Shows a whole answer. */
  void show(Utterance utterance, String answer) {
    show(utterance, text.next(answer));
  }

  private void show(Utterance utterance, StableText.Split split) {
    shownAt = System.nanoTime();
    shown.accept(
        new Caption.Partial(
            role,
            language,
            segment,
            nextRevision(),
            utterance.startSample(),
            utterance.endSample(),
            split.stable(),
            split.tentative()));
  }
}
