package io.dragoman.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.client.AudioPacer;
import io.dragoman.client.CaptionClient;
import io.dragoman.client.ClientException;
import io.dragoman.client.Ending;
import io.dragoman.client.SessionAddress;
import io.dragoman.protocol.ClientMessage;
import io.dragoman.protocol.ServerMessage.Role;
import io.dragoman.standin.Clip;
import io.dragoman.standin.Clips;
import io.dragoman.standin.Sentence;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client that speaks a clip's sentences over and over, in words of its own, until it is told to
 * finish. It knows which words it is owed.
 */
final class JudgedSpeaker implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int CHUNK_SAMPLES = Clip.SAMPLE_RATE / 10;

  /** Silence after a sentence, so that it is heard whole. */
  private static final int TAIL_SAMPLES = Clip.SAMPLE_RATE / 5;

  /** How it is connected. */
  interface Client extends AutoCloseable {
    void sendAudio(byte[] pcm) throws ClientException, InterruptedException;

    void send(ClientMessage message) throws ClientException;

    /** How the session ended; null when it has not in time. */
    @Nullable Ending awaitEnd(Duration timeout) throws InterruptedException;

    @Override
    void close();
  }

  private final int number;
  private final Clip clip;
  private final Receipt receipt;
  private final Client client;
  private final Thread thread;

  /** The sentences that were said to their end. */
  private final Queue<Sentence> spoken = new ConcurrentLinkedQueue<>();

  private volatile boolean finishing;

  private JudgedSpeaker(int number, Client client, Receipt receipt) {
    this.number = number;
    this.clip = Clips.shipped().get(number % Clips.shipped().size());
    this.client = client;
    this.receipt = receipt;
    this.thread = Thread.ofVirtual().start(this::speak);
  }

  /**
   * Starts one that goes on at another node by itself.
   *
   * @param doors {@code ws://host:port} of each node
   * @param number from 1; makes its words its own
   */
  static JudgedSpeaker resuming(List<String> doors, int number)
      throws ClientException, InterruptedException {
    Receipt receipt = new Receipt();
    CaptionClient client = CaptionClient.connect(address(doors), start(), receipt);
    client.awaitStarted(PATIENCE);
    return new JudgedSpeaker(number, new Resuming(client), receipt);
  }

  /** Starts one that stays at the first node, whatever it is told. */
  static JudgedSpeaker staying(List<String> doors, int number) throws Exception {
    Receipt receipt = new Receipt();
    return new JudgedSpeaker(number, new StayingClient(address(doors), receipt), receipt);
  }

  private static SessionAddress address(List<String> doors) throws ClientException {
    return SessionAddress.parse(doors.toArray(String[]::new));
  }

  /**
   * What a client asks for that has its English corrected and translated into Spanish, in finals
   * only: those are judged, and many sessions are to fit a small machine.
   */
  static ClientMessage.SessionStart start() {
    return new ClientMessage.SessionStart(
        "translation",
        new ClientMessage.Audio("pcm_s16le", Clip.SAMPLE_RATE, 1),
        List.of("en-US"),
        List.of(new ClientMessage.Target("es")),
        new ClientMessage.Partials(false, "balanced"),
        true,
        null);
  }

  Receipt receipt() {
    return receipt;
  }

  /** Says no more than the sentence that it is at. */
  void finish() {
    finishing = true;
  }

  /** Waits until the session has ended. */
  Ending awaitEnd() throws InterruptedException {
    Ending ending = client.awaitEnd(PATIENCE);
    assertNotNull(ending, () -> "session " + number + " does not end");
    return ending;
  }

  /** Waits until the session has ended as it was asked to, with every word it is owed, once. */
  void assertWhole() throws InterruptedException {
    Ending ending = awaitEnd();
    assertTrue(ending.regular(), () -> "session " + number + ": " + ending.describe());
    receipt.assertNoneMissing();
    receipt.assertNoneTwice();
    assertWords(Role.SOURCE, "en-US", sentence -> sentence.heard(number));
    assertWords(Role.CORRECTED, "en-US", sentence -> sentence.corrected(number));
    assertWords(
        Role.TRANSLATION,
        "es",
        sentence -> sentence.translation("es", sentence.words().size(), number));
  }

  private void assertWords(Role role, String lang, Function<Sentence, String> text) {
    List<String> due =
        spoken.stream().map(text).flatMap(words -> Arrays.stream(words.split(" "))).toList();
    assertEquals(due, receipt.words(role, lang), () -> "session " + number + ", " + role);
  }

  private void speak() {
    byte[] pcm = clip.pcm(number);
    AudioPacer pacer = new AudioPacer(Clip.SAMPLE_RATE);
    try {
      for (long clipAt = 0; !finishing; clipAt += clip.samples()) {
        int said = 0;
        for (Sentence sentence : clip.sentences()) {
          if (!finishing) {
            int end = sentence.endSample() + TAIL_SAMPLES;
            say(pcm, said, end, clipAt, pacer);
            said = end;
            spoken.add(sentence);
          }
        }
        if (!finishing) {
          say(pcm, said, clip.samples(), clipAt, pacer);
        }
      }
      client.send(new ClientMessage.SessionEnd());
    } catch (ClientException e) {
      // The session has ended: whoever judges it is told how.
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private void say(byte[] pcm, int from, int to, long clipAt, AudioPacer pacer)
      throws ClientException, InterruptedException {
    for (int at = from; at < to; ) {
      int next = Math.min(to, at + CHUNK_SAMPLES);
      pacer.awaitSample(clipAt + next);
      client.sendAudio(Arrays.copyOfRange(pcm, 2 * at, 2 * next));
      at = next;
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    client.close();
  }

  private record Resuming(CaptionClient client) implements Client {
    @Override
    public void sendAudio(byte[] pcm) throws ClientException, InterruptedException {
      client.sendAudio(pcm);
    }

    @Override
    public void send(ClientMessage message) throws ClientException {
      client.send(message);
    }

    @Override
    public @Nullable Ending awaitEnd(Duration timeout) throws InterruptedException {
      return client.awaitEnd(timeout);
    }

    @Override
    public void close() {
      client.close();
    }
  }
}
