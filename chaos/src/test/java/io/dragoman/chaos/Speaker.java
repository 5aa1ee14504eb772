package io.dragoman.chaos;

import io.dragoman.client.AudioPacer;
import io.dragoman.client.CaptionClient;
import io.dragoman.client.SessionAddress;
import io.dragoman.protocol.ClientMessage;
import io.dragoman.protocol.ServerMessage;
import io.dragoman.standin.Clip;
import io.dragoman.standin.Clips;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** A client that speaks a clip over and over, in words of its own, until it is closed. */
final class Speaker implements AutoCloseable {
  private static final int CHUNK_BYTES = Clip.SAMPLE_RATE / 10 * 2;

  private final CaptionClient client;
  private final Thread thread;

  /** When the source's final came, by its segment. */
  private final Map<String, Long> heardAt = new ConcurrentHashMap<>();

  private final Queue<Double> finalDelays;
  private final int number;

  /**
   * @param number from 1; makes its words its own
   * @param finalDelays gets the time from each sentence to its translation, in milliseconds
   */
  private Speaker(String url, int number, Queue<Double> finalDelays) throws Exception {
    this.number = number;
    this.finalDelays = finalDelays;
    this.client = CaptionClient.connect(SessionAddress.parse(url), start(), this::onMessage);
    client.awaitStarted(Duration.ofSeconds(20));
    this.thread = Thread.ofVirtual().start(this::speak);
  }

  /** Starts so many, evenly over the length of a sentence. */
  static List<Speaker> start(String url, int count, Queue<Double> finalDelays) throws Exception {
    List<Speaker> speakers = new ArrayList<>();
    for (int number = 1; number <= count; number++) {
      speakers.add(new Speaker(url, number, finalDelays));
      Thread.sleep(5_000 / count);
    }
    return speakers;
  }

  static Queue<Double> delays() {
    return new ConcurrentLinkedQueue<>();
  }

  boolean isSpeaking() {
    return thread.isAlive();
  }

  @Override
  public void close() {
    thread.interrupt();
    client.close();
  }

  private static ClientMessage.SessionStart start() {
    return new ClientMessage.SessionStart(
        "translation",
        new ClientMessage.Audio("pcm_s16le", Clip.SAMPLE_RATE, 1),
        List.of("en-US"),
        List.of(new ClientMessage.Target("es")),
        null,
        true,
        null);
  }

  private void speak() {
    List<Clip> clips = Clips.shipped();
    byte[] pcm = clips.get(number % clips.size()).pcm(number);
    AudioPacer pacer = new AudioPacer(Clip.SAMPLE_RATE);
    long position = 0;
    try {
      while (true) {
        for (int at = 0; at < pcm.length; at += CHUNK_BYTES) {
          byte[] chunk = Arrays.copyOfRange(pcm, at, Math.min(pcm.length, at + CHUNK_BYTES));
          position += chunk.length / 2;
          pacer.awaitSample(position);
          client.sendAudio(chunk);
        }
      }
    } catch (Exception e) {
      // Closed, or broken: whoever counts on it looks at isSpeaking().
    }
  }

  private void onMessage(String raw, @Nullable ServerMessage message) {
    if (message instanceof ServerMessage.Caption caption && caption.isFinal()) {
      switch (caption.role()) {
        case SOURCE -> heardAt.put(caption.seg(), System.nanoTime());
        case TRANSLATION -> {
          Long heard = heardAt.remove(caption.seg());
          if (heard != null) {
            finalDelays.add((System.nanoTime() - heard) / 1e6);
          }
        }
        case CORRECTED -> {}
      }
    }
  }
}
