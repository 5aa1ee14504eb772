package io.dragoman.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.client.SendBuffer.Piece;
import io.dragoman.protocol.ClientMessage;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

final class SendBufferTest {
  private static final long MOST = 1_000;

  private final SendBuffer buffer = new SendBuffer(MOST);

  /**
   * Whatever comes, each connection is sent every sample from where it begins, once, in order; and
   * it can begin wherever it was offered to, whatever was said since.
   */
  @RepeatedTest(50)
  void everySampleIsSentInOrder(RepetitionInfo repetition) {
    RandomGenerator random = new Random(repetition.getCurrentRepetition());
    long said = 0;
    long due = 0;
    long acknowledged = 0;
    OptionalLong offered = OptionalLong.empty();
    for (int step = 0; step < 2_000; step++) {
      switch (random.nextInt(5)) {
        case 0, 1 -> {
          if (!buffer.isFull()) {
            byte[] pcm = samples(said, random.nextInt(1, 100));
            said += pcm.length / 2;
            buffer.add(pcm);
          }
        }
        case 2, 3 -> {
          if (offered.isPresent()) {
            break; // Nothing is sent until a node answers.
          }
          Piece piece = buffer.next();
          if (piece == null) {
            assertEquals(said, due);
          } else {
            assertEquals(due, piece.position());
            byte[] pcm = Objects.requireNonNull(piece.pcm());
            assertEquals(List.of(sample(due)), List.of(pcm[0]), "from the named sample on");
            due = piece.end();
          }
        }
        default -> {
          if (offered.isEmpty()) {
            acknowledged = random.nextLong(acknowledged, due + 1);
            buffer.acknowledge(acknowledged);
          } else if (random.nextInt(4) == 0) {
            due = random.nextLong(Math.max(acknowledged, offered.getAsLong()), due + 1);
            assertTrue(buffer.rewind(due), "what was offered is there");
            offered = OptionalLong.empty();
            break;
          }
          if (random.nextInt(4) == 0) {
            offered = OptionalLong.of(buffer.offer());
          }
        }
      }
      assertTrue(buffer.oldest() <= due, "what was not sent is never forgotten");
      assertTrue(said - buffer.oldest() <= 2 * MOST + 200, "it is bounded");
    }
  }

  private static byte[] samples(long from, int count) {
    byte[] pcm = new byte[2 * count];
    for (int i = 0; i < count; i++) {
      pcm[2 * i] = sample(from + i);
    }
    return pcm;
  }

  private static byte sample(long position) {
    return (byte) (position * 31 % 127);
  }

  @Test
  void whatWasSentGivesWayFirst() {
    buffer.add(samples(0, 900));
    assertNotNull(buffer.next());
    buffer.add(samples(900, 900));

    assertFalse(buffer.rewind(0));
    assertEquals(900, buffer.offer());
  }

  @Test
  void whatWasOfferedToANodeThatDidNotAnswerGivesWay() {
    buffer.add(samples(0, 900));
    assertNotNull(buffer.next());
    assertEquals(0, buffer.offer());
    buffer.add(samples(900, 900));

    assertEquals(900, buffer.offer());
  }

  @Test
  void itIsFullOfWhatWasNotSent() {
    buffer.add(samples(0, 1_000));
    assertTrue(buffer.isFull());
    assertNotNull(buffer.next());
    assertFalse(buffer.isFull());
  }

  @Test
  void theEndIsSaidAgainAndAKeepaliveIsNot() {
    buffer.add(samples(0, 100));
    buffer.add(new ClientMessage.Keepalive());
    buffer.add(new ClientMessage.SessionEnd());
    for (int piece = 0; piece < 3; piece++) {
      assertNotNull(buffer.next());
    }
    buffer.acknowledge(100);
    assertTrue(buffer.rewind(100));

    assertEquals(new ClientMessage.SessionEnd(), Objects.requireNonNull(buffer.next()).message());
    assertNull(buffer.next());
  }
}
