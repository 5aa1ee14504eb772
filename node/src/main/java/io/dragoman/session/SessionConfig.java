package io.dragoman.session;

import java.time.Duration;

/**
 * What sessions may do on a node.
 *
 * @param most how many sessions a node carries at once
 * @param messageBytes the largest message that a client may send
 * @param bufferedAudio how much audio is held until it is heard
 * @param overflow how long a client that sends more than is heard is slowed down before it is
 *     closed
 */
public record SessionConfig(int most, int messageBytes, Duration bufferedAudio, Duration overflow) {
  public SessionConfig {
    require(most >= 1 && most <= 100_000, "sessions.most", most, "1..100000 sessions");
    require(
        messageBytes >= 4_096 && messageBytes <= 1_048_576,
        "sessions.message_bytes",
        messageBytes,
        "4096..1048576 bytes");
  }

  private static void require(boolean holds, String key, int value, String range) {
    if (!holds) {
      throw new IllegalArgumentException(key + ": " + value + " is not in " + range);
    }
  }
}
