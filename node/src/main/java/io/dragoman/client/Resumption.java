package io.dragoman.client;

import io.dragoman.client.SendBuffer.Piece;
import io.dragoman.protocol.ClientMessage;
import io.dragoman.protocol.ClientMessage.Resume;
import io.dragoman.protocol.ClientMessage.SessionStart;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What it takes to go on with a session in another connection: what the session is to be, what its
 * node said last, and what a node may still have to be told. Not thread-safe.
 */
final class Resumption {

  /** The usual resume window, and a long sentence before it. */
  private static final long MOST_AUDIO_S = 120;

  private final SendBuffer said;
  private SessionStart start;
  private String token = "";
  private Duration window = Duration.ZERO;
  private long lastSeq;

  /** Null as long as its nodes met none. */
  private @Nullable Long lastBugNanos;

  Resumption(SessionStart start) {
    this.start = start;
    this.said = new SendBuffer(MOST_AUDIO_S * start.audio().sampleRate());
  }

  /** What the next connection is to say first; no audio that it offers is forgotten meanwhile. */
  SessionStart start() {
    return token.isEmpty() ? start : start.resuming(new Resume(token, lastSeq, said.offer()));
  }

  /** For how long the session is kept where no connection carries it. */
  Duration window() {
    return window;
  }

  /**
   * Whether to go on after a bug, which may come of what is committed and would then meet every
   * next node as well: so one is enough for as long as the session is kept.
   *
   * @param nowNanos as {@link System#nanoTime}
   */
  boolean outlives(long nowNanos) {
    Long before = lastBugNanos;
    lastBugNanos = nowNanos;
    return before == null || nowNanos - before >= window.toNanos();
  }

  /** Whether nothing can be said until some of it is sent. */
  boolean isFull() {
    return said.isFull();
  }

  void say(byte[] pcm) {
    said.add(pcm);
  }

  void say(ClientMessage message) {
    if (message instanceof ClientMessage.SessionUpdate update) {
      start = start.updated(update);
    }
    said.add(message);
  }

  /** What the connection is to be sent next; null when there is nothing. */
  @Nullable Piece next() {
    return said.next();
  }

  /** A message with this number was heard. */
  void heard(long seq) {
    lastSeq = Math.max(lastSeq, seq);
  }

  /** Audio before a sample is not asked for any more. */
  void acknowledged(long sample) {
    said.acknowledge(sample);
  }

  /**
   * A connection carries the session from here on.
   *
   * @param fromSample where the audio is to begin
   * @return whether all of it is still there; otherwise the session is to be resumed anew
   */
  boolean carried(long fromSample, String newToken, int windowS) {
    token = newToken;
    window = Duration.ofSeconds(windowS);
    return said.rewind(fromSample);
  }
}
