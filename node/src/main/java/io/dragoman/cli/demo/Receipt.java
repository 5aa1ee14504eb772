package io.dragoman.cli.demo;

import io.dragoman.cli.NodeNames;
import io.dragoman.client.CaptionClient;
import io.dragoman.client.Ending;
import io.dragoman.protocol.Codec;
import io.dragoman.protocol.ServerMessage;
import io.dragoman.protocol.ServerMessage.Caption;
import io.dragoman.protocol.ServerMessage.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one session has received on the raw socket. Grows with the session's finals, not with what
 * came in between. Thread-safe.
 */
final class Receipt implements CaptionClient.Listener {
  private final Delays delays;
  private final Pauses pauses;
  private final LongSupplier nanoTime;

  // All of these are guarded by this.
  private final List<Caption> finals = new ArrayList<>();
  private final List<Long> seqs = new ArrayList<>();
  private long partials;
  private @Nullable Caption newestTranslation;
  private ServerMessage.@Nullable Usage usage;
  private String node = "";
  private boolean away;
  private final List<Long> absences = new ArrayList<>();
  private int gaps;
  private long settledSample;

  Receipt(Delays delays, Pauses pauses, LongSupplier nanoTime) {
    this.delays = delays;
    this.pauses = pauses;
    this.nanoTime = nanoTime;
  }

  @Override
  public synchronized void onMessage(String raw, @Nullable ServerMessage message) {
    Codec.seq(raw).ifPresent(seqs::add);
    if (message instanceof Caption caption) {
      long now = nanoTime.getAsLong();
      delays.arrived(caption, now);
      pauses.arrived(now);
      if (caption.role() == Role.TRANSLATION) {
        newestTranslation = caption;
      }
      if (caption.isFinal()) {
        finals.add(caption);
      } else {
        partials++;
      }
    } else if (message instanceof ServerMessage.SessionStarted started) {
      node = NodeNames.configured(started.node());
    } else if (message instanceof ServerMessage.SessionResumed resumed) {
      node = NodeNames.configured(resumed.node());
    } else if (message instanceof ServerMessage.AudioAck ack) {
      settledSample = ack.sample();
    } else if (message instanceof ServerMessage.Gap) {
      gaps++;
    } else if (message instanceof ServerMessage.SessionEnded ended) {
      usage = ended.usage();
    }
  }

  @Override
  public synchronized void onInterrupted(Ending why) {
    away = true;
    pauses.interrupted();
  }

  @Override
  public synchronized void onResumed(Duration absence) {
    away = false;
    absences.add(absence.toMillis());
  }

  /** Whether it is without a node. */
  synchronized boolean isAway() {
    return away;
  }

  /** For how many milliseconds it was, each time that it was resumed. */
  synchronized List<Long> absences() {
    return List.copyOf(absences);
  }

  /** How often it was told that something is lost. */
  synchronized int gaps() {
    return gaps;
  }

  /** Up to where the session's audio need not be sent again. */
  synchronized long settledSample() {
    return settledSample;
  }

  /** In the order of arrival. */
  synchronized List<Caption> finals() {
    return List.copyOf(finals);
  }

  /** The sequence numbers of all messages that have one, in the order of arrival. */
  synchronized List<Long> seqs() {
    return List.copyOf(seqs);
  }

  synchronized long partials() {
    return partials;
  }

  synchronized int finalCount() {
    return finals.size();
  }

  synchronized @Nullable Caption newestTranslation() {
    return newestTranslation;
  }

  /** The node that carries the session, as the demo calls it; empty as long as none does. */
  synchronized String node() {
    return node;
  }

  /** What the session used; null as long as its node has not told. */
  synchronized ServerMessage.@Nullable Usage usage() {
    return usage;
  }
}
