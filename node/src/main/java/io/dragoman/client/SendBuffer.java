package io.dragoman.client;

import io.dragoman.protocol.ClientMessage;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a client says, until the node has no use for it any more: what is still to be sent, and what
 * was sent and may have to be sent again on another connection. It holds a bounded amount of audio;
 * where that is not enough, the oldest that was sent is forgotten, never what was not, nor what a
 * node was offered. Positions are samples since the session began. Not thread-safe.
 */
final class SendBuffer {
  private static final int BYTES_PER_SAMPLE = 2;

  /**
   * A part of what a client says: audio, or a message.
   *
   * @param position of its first sample, or of the audio that follows the message
   */
  record Piece(long position, byte @Nullable [] pcm, @Nullable ClientMessage message) {

    /** The position after it. */
    long end() {
      return pcm == null ? position : position + pcm.length / BYTES_PER_SAMPLE;
    }

    /** A muted client was there, and what a session is to be is said when it is resumed. */
    private boolean mayBeSaidAgain() {
      return !(message instanceof ClientMessage.Keepalive
          || message instanceof ClientMessage.SessionUpdate);
    }

    /** Whether nothing of it matters once all before a position is done. */
    private boolean isDoneBy(long sample) {
      return end() <= sample && !(message instanceof ClientMessage.SessionEnd);
    }

    /** False when the connection ended instead of taking it. */
    boolean sendTo(Connection connection) throws InterruptedException {
      return pcm != null ? connection.send(pcm) : connection.send(Objects.requireNonNull(message));
    }

    /** What is left of it from a position on. */
    private Piece from(long sample) {
      if (pcm == null || sample <= position) {
        return this;
      }
      int skipped = Math.toIntExact((sample - position) * BYTES_PER_SAMPLE);
      return new Piece(sample, Arrays.copyOfRange(pcm, skipped, pcm.length), null);
    }
  }

  private final long mostSamples;
  private final Deque<Piece> sent = new ArrayDeque<>();
  private final Deque<Piece> unsent = new ArrayDeque<>();

  /** The position after all that was said. */
  private long end;

  /** Whether a node may ask for all that it has. */
  private boolean offered;

  /**
   * @param mostSamples of audio that it holds; up to twice as much from an offer on, until as much
   *     of it is sent
   */
  SendBuffer(long mostSamples) {
    this.mostSamples = mostSamples;
  }

  /** Whether so much audio waits to be sent that no more can be added. */
  boolean isFull() {
    return !unsent.isEmpty() && end - unsent.getFirst().position() >= mostSamples;
  }

  /** Adds audio. The array is not copied. */
  void add(byte[] pcm) {
    Piece piece = new Piece(end, pcm, null);
    unsent.add(piece);
    end = piece.end();
    if (!offered) {
      forget();
    }
  }

  private void forget() {
    while (!sent.isEmpty() && end - sent.getFirst().position() > mostSamples) {
      sent.removeFirst();
    }
  }

  /** Adds a message, to be sent after all audio that was added before. */
  void add(ClientMessage message) {
    unsent.add(new Piece(end, null, message));
  }

  /** What is to be sent next, and counts as sent from now on; null when there is nothing. */
  @Nullable Piece next() {
    Piece piece = unsent.poll();
    if (piece != null && piece.mayBeSaidAgain()) {
      sent.add(piece);
    }
    return piece;
  }

  /** All before a position may be forgotten. */
  void acknowledge(long sample) {
    while (!sent.isEmpty() && sent.getFirst().isDoneBy(sample)) {
      sent.removeFirst();
    }
  }

  /** The position of the oldest audio that it still has. */
  long oldest() {
    if (!sent.isEmpty()) {
      return sent.getFirst().position();
    }
    return unsent.isEmpty() ? end : unsent.getFirst().position();
  }

  /** The same; and all from there on is kept until it begins again, or is offered anew. */
  long offer() {
    forget();
    offered = true;
    return oldest();
  }

  /**
   * Begins again at a position.
   *
   * @return whether it still has all from there on
   */
  boolean rewind(long sample) {
    if (oldest() > sample) {
      return false;
    }
    offered = false;
    while (!sent.isEmpty()) {
      unsent.addFirst(sent.removeLast());
    }
    while (!unsent.isEmpty() && unsent.getFirst().isDoneBy(sample)) {
      unsent.removeFirst();
    }
    Piece first = unsent.poll();
    if (first != null) {
      unsent.addFirst(first.from(sample));
    }
    return true;
  }
}
