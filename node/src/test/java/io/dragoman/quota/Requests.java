package io.dragoman.quota;

import java.util.ArrayList;
import java.util.List;

/** Every request that was permitted, and until when each may count upstream: the truth. */
final class Requests {

  /** A request; {@code end} is when it can no longer count, as far as anybody can know. */
  static final class Request {
    final long permittedAt;
    private final int tokens;
    private long end;

    private Request(long permittedAt, int tokens, long end) {
      this.permittedAt = permittedAt;
      this.tokens = tokens;
      this.end = end;
    }
  }

  private final Timing timing;
  private final List<Request> all = new ArrayList<>();

  Requests(Timing timing) {
    this.timing = timing;
  }

  Request permitted(int tokens, long now) {
    long arrives = now + timing.call() + timing.network();
    Request request = new Request(now, tokens, arrives + timing.window());
    all.add(request);
    return request;
  }

  /** It may have been counted at any time until now. */
  void proven(Request request, long now) {
    request.end = now + timing.window();
  }

  void neverSent(Request request) {
    all.remove(request);
  }

  /** What counts, or may. */
  Amount counted(long now) {
    Amount counted = Amount.ZERO;
    for (Request request : all) {
      counted = request.end > now ? counted.plus(Amount.of(1, request.tokens)) : counted;
    }
    return counted;
  }
}
