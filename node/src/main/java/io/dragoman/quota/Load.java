package io.dragoman.quota;

/** Requests and tokens, in whole numbers, for people. */
public record Load(long requests, long tokens) {
  public static final Load NONE = new Load(0, 0);
}
