package io.dragoman.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MessageReaderTest {
  private static final int MOST_BYTES = 200_000;

  @Property(tries = 200)
  void anyCutIntoFragmentsAndReadsGivesTheSameMessages(
      @ForAll @Size(max = 5) List<@IntRange(max = 20_000) Integer> sizes, @ForAll long seed)
      throws IOException {
    Random random = new Random(seed);
    List<byte[]> messages = sizes.stream().map(size -> noise(random, size)).toList();
    MessageReader reader = reader(cut(frames(messages, random), random));
    for (byte[] message : messages) {
      Received received;
      do {
        received = reader.next();
      } while (received instanceof Received.Ping);
      assertArrayEquals(message, assertInstanceOf(Received.Binary.class, received).bytes());
    }
    assertThrows(EOFException.class, reader::next);
  }

  @Property(tries = 200)
  void anyTextIsUnderstoodHoweverItIsCut(@ForAll String text, @ForAll long seed)
      throws IOException {
    String valid = new String(text.getBytes(UTF_8), UTF_8);
    Random random = new Random(seed);
    byte[] frames = frames(List.of(valid.getBytes(UTF_8)), random);
    frames[0] = (byte) (frames[0] & 0x80 | Frame.TEXT);
    MessageReader reader = reader(cut(frames, random));
    Received received;
    do {
      received = reader.next();
    } while (received instanceof Received.Ping);
    assertEquals(new Received.Text(valid), received);
  }

  @Test
  void aPayloadThatIsOnlyPromisedTakesNoMemory() {
    byte[] header = {(byte) 0x82, (byte) 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 'x'};
    Iterator<byte[]> sent = List.of(header).iterator();
    MessageReader reader =
        new MessageReader(() -> sent.hasNext() ? sent.next() : null, Integer.MAX_VALUE, 1);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThrows(EOFException.class, reader::next);
    assertTrue(threads.getCurrentThreadAllocatedBytes() - before < 1 << 20);
  }

  @Test
  void aMessageInManyFragmentsIsNotCopiedForEach() throws IOException {
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    int fragments = 65_536;
    for (int i = 0; i < fragments; i++) {
      int opcode = i == 0 ? Frame.BINARY : Frame.CONTINUATION;
      sent.writeBytes(masked(i == fragments - 1 ? 0x80 : opcode, new byte[16]));
    }
    Iterator<byte[]> rest = List.of(sent.toByteArray()).iterator();
    MessageReader reader = new MessageReader(rest::next, 1 << 20, fragments);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertEquals(1 << 20, assertInstanceOf(Received.Binary.class, reader.next()).bytes().length);
    assertTrue(threads.getCurrentThreadAllocatedBytes() - before < 32 << 20);
  }

  @Test
  void afterAFaultTheCloseIsStillFound() throws IOException {
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    sent.writeBytes(masked(0x80 | 5, new byte[300]));
    sent.writeBytes(masked(0x80 | Frame.BINARY, new byte[300_000]));
    sent.writeBytes(masked(0x80 | Frame.CLOSE, new byte[0]));
    MessageReader reader = reader(List.of(sent.toByteArray()));
    assertInstanceOf(Received.Fault.class, reader.next());
    reader.awaitClose();
    assertThrows(EOFException.class, reader::next);
  }

  private static MessageReader reader(List<byte[]> chunks) {
    Iterator<byte[]> rest = chunks.iterator();
    return new MessageReader(() -> rest.hasNext() ? rest.next() : null, MOST_BYTES, 1_000);
  }

  /** Frames of binary messages, each in some fragments, with pings between them. */
  private static byte[] frames(List<byte[]> messages, Random random) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] message : messages) {
      int opcode = Frame.BINARY;
      int from = 0;
      do {
        int to =
            random.nextInt(4) == 0
                ? message.length
                : from + random.nextInt(message.length - from + 1);
        out.writeBytes(
            masked(
                (to == message.length ? 0x80 : 0) | opcode, Arrays.copyOfRange(message, from, to)));
        if (random.nextInt(3) == 0 && to < message.length) {
          out.writeBytes(masked(0x80 | Frame.PING, new byte[random.nextInt(126)]));
        }
        opcode = Frame.CONTINUATION;
        from = to;
      } while (from < message.length);
    }
    return out.toByteArray();
  }

  private static List<byte[]> cut(byte[] bytes, Random random) {
    List<byte[]> chunks = new ArrayList<>();
    for (int from = 0; from < bytes.length; ) {
      int to = Math.min(bytes.length, from + 1 + random.nextInt(random.nextBoolean() ? 3 : 9_000));
      chunks.add(Arrays.copyOfRange(bytes, from, to));
      from = to;
    }
    return chunks;
  }

  private static byte[] noise(Random random, int size) {
    byte[] noise = new byte[size];
    random.nextBytes(noise);
    return noise;
  }

  private static byte[] masked(int first, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(first);
    if (payload.length < 126) {
      out.write(0x80 | payload.length);
    } else if (payload.length < 65_536) {
      out.writeBytes(
          new byte[] {(byte) 0xfe, (byte) (payload.length >>> 8), (byte) payload.length});
    } else {
      out.writeBytes(new byte[] {(byte) 0xff, 0, 0, 0, 0, 0});
      out.writeBytes(
          new byte[] {
            (byte) (payload.length >>> 16), (byte) (payload.length >>> 8), (byte) payload.length
          });
    }
    byte[] key = {1, 2, 3, (byte) 0xf4};
    out.writeBytes(key);
    for (int i = 0; i < payload.length; i++) {
      out.write(payload[i] ^ key[i % 4]);
    }
    return out.toByteArray();
  }
}
