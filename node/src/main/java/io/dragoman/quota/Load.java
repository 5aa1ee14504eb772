package io.dragoman.quota;

/** Requests and tokens. */
public record Load(long requests, long tokens) {
  static final Load NONE = new Load(0, 0);

  static Load of(QuotaRequest request) {
    return new Load(1, request.tokens());
  }

  Load plus(Load other) {
    return new Load(requests + other.requests, tokens + other.tokens);
  }

  Load minus(Load other) {
    return new Load(requests - other.requests, tokens - other.tokens);
  }
}
