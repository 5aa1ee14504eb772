package io.dragoman.session;

import java.time.Duration;

/**
 * What sessions may do on a node. The ranges are those of the keys that it is read from; what does
 * not go together is refused.
 *
 * @param most how many sessions a node carries at once
 * @param bufferedAudio how much audio is held until it is heard
 * @param ahead how much more audio a client may send at once than twice the time that has passed
 * @param overflow how long a client that sends more than that, or more than is heard, is slowed
 *     down before it is closed
 * @param start how long a client may take from the connection to its {@code session.start}
 * @param idle how long a client may send no message and no audio, until it ends its session
 * @param resume for how long an interrupted session may be resumed
 * @param transcript for how long the transcript of a session is kept once it cannot be resumed
 * @param opening how long a session waits for the cluster before it begins or goes on
 */
public record SessionConfig(
    int most,
    Duration bufferedAudio,
    Duration ahead,
    Duration overflow,
    Duration start,
    Duration idle,
    Duration resume,
    Duration transcript,
    Duration opening,
    ConnectionConfig connections) {
  /** Of audio at 8,000 Hz, the lowest rate. */
  private static final double BYTES_PER_SECOND = 16_000;

  public SessionConfig {
    double longest = connections.messageBytes() / BYTES_PER_SECOND;
    if (longest > bufferedAudio.toSeconds()) {
      throw new IllegalArgumentException(
          ("sessions.message_bytes: %d bytes may be %.1f s of audio, more than speech.buffer_s"
                  + " (%d s) holds; lower the one or raise the other.")
              .formatted(connections.messageBytes(), longest, bufferedAudio.toSeconds()));
    }
  }
}
