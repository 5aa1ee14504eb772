package io.dragoman.quota;

/** What a node may spend without asking, and for how long. Not thread-safe. */
final class LocalLease {
  private static final long NEVER = Long.MIN_VALUE / 2;

  private final Rules rules;
  private long requests;
  private long tokens;

  /** When the refresh was sent that was answered with it, and when the answer came. */
  private long sent = NEVER;

  private long received;
  private long duration;
  private Moment renewed;

  LocalLease(Rules rules, Moment now) {
    this.rules = rules;
    this.renewed = now;
  }

  /** Whether anything of it may be spent. */
  boolean holds(Moment now) {
    return rules.leaseHolds(sent, received, duration, now.monotonic())
        && !rules.voidsLease(renewed, now);
  }

  /** For how long it may be spent, unless it is renewed. */
  long lasts(Moment now) {
    return holds(now) ? sent + duration - now.monotonic() : 0;
  }

  Amount unspent() {
    return new Amount(requests, tokens);
  }

  /** Takes one request with its tokens out of it, if it covers them. */
  boolean spend(long reserved, Moment now) {
    if (requests < Amount.REQUEST || tokens < reserved || !holds(now)) {
      return false;
    }
    requests -= Amount.REQUEST;
    tokens -= reserved;
    return true;
  }

  /** One request was never sent. */
  void giveBack(long reserved) {
    requests += Amount.REQUEST;
    tokens += reserved;
  }

  /** Keeps no more than this. */
  void release(Amount kept) {
    requests = Math.min(requests, kept.requests());
    tokens = Math.min(tokens, kept.tokens());
  }

  /** The ledger has renewed it for so long; 0 where it may not. */
  void renew(long lease, Moment asked, Moment now) {
    if (lease > 0) {
      sent = asked.monotonic();
      received = now.monotonic();
      duration = lease;
      renewed = asked;
    }
  }

  /** The ledger has added to it. What comes after its end is given up with the rest. */
  void add(Amount granted, Moment now) {
    if (holds(now)) {
      requests += granted.requests();
      tokens += granted.tokens();
    } else {
      release(Amount.ZERO);
    }
  }

  /** It is given up. */
  void end() {
    release(Amount.ZERO);
    sent = NEVER;
  }
}
