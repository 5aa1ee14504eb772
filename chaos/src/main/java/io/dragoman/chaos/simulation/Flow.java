package io.dragoman.chaos.simulation;

import io.dragoman.quota.Amount;
import io.dragoman.quota.Charge;
import io.dragoman.quota.Limits;
import io.dragoman.quota.QuotaRequest.Priority;

/** How steadily permits flow, and how long they are waited for. */
final class Flow {
  private final Timeline time;
  private final Upstream seconds;
  private final Histogram finals = new Histogram();
  private long waiting;
  private long waitingSince;
  private long lastPermit = -1;
  private long maxGap;
  private long proofs;
  private double proofNanos;
  private long partialsAsked;
  private long partialsSent;

  Flow(Timeline time, Limits limits) {
    this.time = time;
    Amount second = Amount.of(limits.requestsPerSecond(), limits.tokens());
    this.seconds = new Upstream(second, Timeline.SECOND, Charge.RESERVED);
  }

  /** So many sessions more, or less, wait on nodes that run. */
  void waiting(int change) {
    if (waiting == 0) {
      waitingSince = time.now();
    }
    waiting += change;
    if (waiting == 0) {
      gap();
    }
  }

  void asked(Priority priority) {
    if (priority == Priority.PARTIAL) {
      partialsAsked++;
    }
  }

  void granted(Priority priority, long waited) {
    if (waiting > 0) {
      gap();
    }
    lastPermit = time.now();
    seconds.arrive(lastPermit, 0);
    if (priority == Priority.FINAL) {
      finals.add(waited);
    } else {
      partialsSent++;
    }
  }

  /** The first byte of an answer came so long after the permit. */
  void proven(long latency) {
    proofs++;
    proofNanos += latency;
  }

  /** The cold start, before the first permit ever, does not count. */
  private void gap() {
    if (lastPermit >= 0) {
      maxGap = Math.max(maxGap, time.now() - Math.max(lastPermit, waitingSince));
    }
  }

  /** How long somebody has been waiting now, without a permit for anybody. */
  long gapNow() {
    return waiting == 0 || lastPermit < 0 ? 0 : time.now() - Math.max(lastPermit, waitingSince);
  }

  double maxGapSeconds() {
    if (waiting > 0) {
      gap();
    }
    return (double) maxGap / Timeline.SECOND;
  }

  /** The mean time from permit to proof of arrival, in seconds. */
  double meanProofSeconds() {
    return proofs == 0 ? 0 : proofNanos / proofs / Timeline.SECOND;
  }

  /** The most permits in a second, relative to the cap. */
  double fullestSecond() {
    return seconds.worst();
  }

  /** How long a final waits for its permit, of the given part of them at most; in seconds. */
  double finalsWithin(double part) {
    return (double) finals.quantile(part) / Timeline.SECOND;
  }

  double partialsSent() {
    return partialsAsked == 0 ? 1 : (double) partialsSent / partialsAsked;
  }
}
