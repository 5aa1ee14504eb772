package io.dragoman.sidebyside;

import io.dragoman.sidebyside.Member.Place;
import io.github.bucket4j.distributed.proxy.optimization.DelayParameters;
import io.github.bucket4j.distributed.proxy.optimization.Optimization;
import io.github.bucket4j.distributed.proxy.optimization.Optimizations;
import java.io.IOException;
import java.time.Duration;

/** A way to share one limit in a cluster. */
enum Contender {
  DRAGOMAN("Dragoman", 100_000_000),
  PLAIN("Bucket4j-Hazelcast", Contender.BUCKET_OF_PLENTY),
  BATCHING("its batching", Contender.BUCKET_OF_PLENTY),
  DELAYING("its delaying", Contender.BUCKET_OF_PLENTY),
  PREDICTING("its predicting", Contender.BUCKET_OF_PLENTY);

  /** Lasts for the longest run of decisions, of which none is given back. */
  private static final long BUCKET_OF_PLENTY = 50_000_000_000L;

  /** As often as a lease of Dragoman's is renewed. */
  private static final Duration SYNCHRONIZED = Duration.ofMillis(250);

  private final String title;
  private final long plenty;

  Contender(String title, long plenty) {
    this.title = title;
    this.plenty = plenty;
  }

  String title() {
    return title;
  }

  /** A limit, in requests a minute, that nobody comes up against. */
  long plenty() {
    return plenty;
  }

  /** Takes part in the cluster, and waits until all members do. */
  Limiter join(Place place, long requestsPerMinute) throws IOException, InterruptedException {
    return this == DRAGOMAN
        ? DragomanLimiter.join(place, requestsPerMinute)
        : BucketLimiter.join(place, requestsPerMinute, optimization(requestsPerMinute));
  }

  private Optimization optimization(long requestsPerMinute) {
    long unsynchronized = Math.max(1, requestsPerMinute * SYNCHRONIZED.toMillis() / 60_000);
    DelayParameters delay = new DelayParameters(unsynchronized, SYNCHRONIZED);
    return switch (this) {
      case BATCHING -> Optimizations.batching();
      case DELAYING -> Optimizations.delaying(delay);
      case PREDICTING -> Optimizations.predicting(delay);
      case DRAGOMAN, PLAIN -> Optimization.NONE_OPTIMIZED;
    };
  }
}
