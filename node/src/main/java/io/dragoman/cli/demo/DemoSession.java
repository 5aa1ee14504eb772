package io.dragoman.cli.demo;

import io.dragoman.client.AudioPacer;
import io.dragoman.client.CaptionClient;
import io.dragoman.client.ClientException;
import io.dragoman.client.Ending;
import io.dragoman.client.SessionAddress;
import io.dragoman.protocol.ClientMessage;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One client of the demo: speaks its track to a node in real time, stops after a whole sentence,
 * and waits for everything it is owed. Run by one thread, watched by others.
 */
final class DemoSession implements Runnable {
  private static final int CHUNK_SAMPLES = Track.SAMPLE_RATE / 20;
  private static final Duration START_TIMEOUT = Duration.ofSeconds(20);

  /** Where the quota is far too small, minutes lie between two finals. */
  private static final Duration NEXT_WITHIN = Duration.ofMinutes(10);

  /** Where a session is in its life. */
  enum State {
    CONNECTING,
    SPEAKING,
    /** All was spoken; finals are still to come. */
    FINISHING,
    ENDED,
    FAILED
  }

  /**
   * What a session does.
   *
   * @param name such as {@code s1}
   * @param doors where it connects, as {@code host:port}: to the first that serves
   * @param seconds after how much audio it stops, or a little later; null for never
   */
  record Plan(
      String name,
      List<String> doors,
      Track track,
      Disturbance disturbance,
      Duration startDelay,
      @Nullable Integer seconds) {}

  private final Plan plan;
  private final Duration nextWithin;
  private final Delays delays;
  private final Pauses pauses;
  private final Receipt receipt;
  private volatile State state = State.CONNECTING;
  private volatile boolean stopAsked;
  private volatile long sentSamples;
  private volatile @Nullable String fault;

  /**
   * @param translationKnown whether its translations are the clips' own
   */
  DemoSession(Plan plan, boolean translationKnown) {
    this(plan, translationKnown, NEXT_WITHIN);
  }

  /**
   * @param nextWithin how long it waits, once it has spoken, for the next of what it is owed
   */
  DemoSession(Plan plan, boolean translationKnown, Duration nextWithin) {
    this.plan = plan;
    this.nextWithin = nextWithin;
    this.delays = new Delays(translationKnown);
    this.pauses = new Pauses(plan.track());
    this.receipt = new Receipt(delays, pauses, System::nanoTime);
  }

  @Override
  public void run() {
    try {
      Thread.sleep(plan.startDelay());
      SessionAddress address =
          SessionAddress.parse(plan.doors().stream().map("ws://"::concat).toArray(String[]::new));
      try (CaptionClient client = CaptionClient.connect(address, start(), receipt)) {
        client.awaitStarted(START_TIMEOUT);
        state = State.SPEAKING;
        speak(client);
        client.send(new ClientMessage.SessionEnd());
        state = State.FINISHING;
        judge(awaitEnd(client));
      }
    } catch (ClientException e) {
      fail(e.getMessage());
    } catch (InterruptedException e) {
      fail("it was interrupted");
    } catch (RuntimeException | Error e) {
      // Whatever went wrong, a session that nobody judged must not pass.
      fail("a bug: " + e);
    }
  }

  /** Asks to stop after the sentence that is being spoken. */
  void stop() {
    stopAsked = true;
  }

  private ClientMessage.SessionStart start() {
    return new ClientMessage.SessionStart(
        "translation",
        new ClientMessage.Audio("pcm_s16le", Track.SAMPLE_RATE, 1),
        List.of(Judge.SPOKEN_LANG),
        List.of(new ClientMessage.Target(plan.track().lang())),
        new ClientMessage.Partials(true, "balanced"),
        true,
        null);
  }

  private void speak(CaptionClient client) throws ClientException, InterruptedException {
    Track track = plan.track();
    AudioPacer pacer = new AudioPacer(Track.SAMPLE_RATE);
    Integer seconds = plan.seconds();
    long end =
        seconds == null ? Long.MAX_VALUE : track.stopAfter((long) seconds * Track.SAMPLE_RATE);
    int begun = 0;
    Utterance next = track.utterance(begun);
    boolean stopping = false;
    long startNanos = System.nanoTime();
    pauses.begin(startNanos);
    pacer.awaitSample(0);
    for (long position = 0; position < end; ) {
      if (stopAsked && !stopping) {
        stopping = true;
        end = Math.min(end, track.stopAfter(position));
      }
      int samples = (int) Math.min(CHUNK_SAMPLES, end - position);
      byte[] pcm = plan.disturbance().apply(position, track.read(position, samples));
      position += samples;
      pacer.awaitSample(position);
      if (next.startSample() < position) {
        delays.begin(next, startNanos);
        begun++;
        next = track.utterance(begun);
      }
      if (pcm.length > 0) {
        client.sendAudio(pcm);
      }
      sentSamples = position;
    }
  }

  /** Waits as long as anything comes that it is owed; null when the end does not. */
  private @Nullable Ending awaitEnd(CaptionClient client) throws InterruptedException {
    Ending ending;
    int heard;
    do {
      heard = receipt.seqs().size();
      ending = client.awaitEnd(nextWithin);
    } while (ending == null && receipt.seqs().size() > heard);
    return ending;
  }

  private void judge(@Nullable Ending ending) {
    if (ending == null) {
      fail("its node said nothing that counts for %d s".formatted(nextWithin.toSeconds()));
    } else if (ending.regular()) {
      state = State.ENDED;
    } else {
      fail(ending.describe());
    }
  }

  private void fail(String sentence) {
    fault = plan.name() + ": " + sentence;
    state = State.FAILED;
  }

  Plan plan() {
    return plan;
  }

  State state() {
    return state;
  }

  /** The node that carries it, such as {@code n1}; empty as long as none does. */
  String node() {
    return receipt.node();
  }

  Receipt receipt() {
    return receipt;
  }

  Delays delays() {
    return delays;
  }

  Pauses pauses() {
    return pauses;
  }

  /** Why it did not come to its end, in a sentence; null where it did. */
  @Nullable String fault() {
    String sentence = fault;
    State now = state;
    return sentence != null || now == State.ENDED
        ? sentence
        : plan.name() + ": it never ended: it is still " + now.name().toLowerCase(Locale.ROOT);
  }

  /** Whether it goes on to speak for so long. */
  boolean speaksFor(Duration time) {
    Integer seconds = plan.seconds();
    return state == State.SPEAKING
        && !stopAsked
        && (seconds == null || spokenSeconds() + time.toSeconds() <= seconds);
  }

  /** How much of what it said its client would have to send again. */
  Duration behind() {
    return Duration.ofMillis((sentSamples - receipt.settledSample()) * 1_000 / Track.SAMPLE_RATE);
  }

  long spokenSeconds() {
    return sentSamples / Track.SAMPLE_RATE;
  }

  /** The sentences that were sent, whole. */
  List<Utterance> spoken() {
    int whole = plan.track().utterancesBefore(sentSamples);
    return IntStream.range(0, whole).mapToObj(plan.track()::utterance).toList();
  }
}
