package io.dragoman.sidebyside;

import com.hazelcast.config.Config;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.config.YamlConfigBuilder;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.dragoman.sidebyside.Member.Place;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.distributed.proxy.optimization.Optimization;
import io.github.bucket4j.grid.hazelcast.Bucket4jHazelcast;
import io.github.bucket4j.grid.hazelcast.HazelcastProxyManager;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * One bucket of Bucket4j in the grid, with a minute's worth of requests as its capacity and a
 * greedy refill. It counts requests only: tokens would need another bucket, and each decision
 * another round trip.
 */
final class BucketLimiter implements Limiter {
  private static final String MAP = "buckets";
  private static final String KEY = "global";
  private static final int FIRST_TYPE = 1_000;
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration SHORT_PAUSE = Duration.ofMillis(20);

  private final HazelcastInstance hazelcast;
  private final Bucket bucket;

  private BucketLimiter(HazelcastInstance hazelcast, Bucket bucket) {
    this.hazelcast = hazelcast;
    this.bucket = bucket;
  }

  /** Waits until all members are here and the bucket has its copy. */
  static Limiter join(Place place, long requestsPerMinute, Optimization optimization)
      throws IOException, InterruptedException {
    Config config = new YamlConfigBuilder(place.file().toString()).build();
    config.getSplitBrainProtectionConfigs().clear();
    config.getMapConfigs().clear();
    NetworkConfig network = config.getNetworkConfig();
    network.setPort(place.port()).setPublicAddress(Place.HOST + ":" + place.port());
    network.getInterfaces().setEnabled(true).addInterface(Place.HOST);
    network.getJoin().getTcpIpConfig().setMembers(place.all());
    HazelcastProxyManager.addCustomSerializers(config.getSerializationConfig(), FIRST_TYPE);
    HazelcastInstance hazelcast = Hazelcast.newHazelcastInstance(config);
    IMap<String, byte[]> map = hazelcast.getMap(MAP);
    BucketConfiguration limit =
        BucketConfiguration.builder()
            .addLimit(
                bandwidth ->
                    bandwidth
                        .capacity(requestsPerMinute)
                        .refillGreedy(requestsPerMinute, Duration.ofMinutes(1)))
            .build();
    Bucket bucket =
        Bucket4jHazelcast.entryProcessorBasedBuilder(map)
            .build()
            .builder()
            .withOptimization(optimization)
            .build(KEY, () -> limit);
    bucket.getAvailableTokens(); // Until the map is used, nobody owns a part of it.
    awaitWhole(hazelcast, place.all().size());
    return new BucketLimiter(hazelcast, bucket);
  }

  private static void awaitWhole(HazelcastInstance hazelcast, int members)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (hazelcast.getCluster().getMembers().size() < members
        || !hazelcast.getPartitionService().isClusterSafe()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IOException("the grid is not whole: " + hazelcast.getCluster().getMembers());
      }
      Thread.sleep(SHORT_PAUSE);
    }
  }

  @Override
  public boolean isOwner() {
    return hazelcast.getPartitionService().getPartition(KEY).getOwner().localMember();
  }

  @Override
  public Session open() {
    return new Session() {
      @Override
      public Runnable await() throws InterruptedException {
        for (long wait = ask(); wait > 0; wait = ask()) {
          TimeUnit.NANOSECONDS.sleep(wait);
        }
        return () -> {};
      }

      @Override
      public boolean decide() {
        return bucket.tryConsume(1);
      }
    };
  }

  /** Zero where a request may be sent; otherwise when to ask again, in nanoseconds. */
  private long ask() {
    try {
      ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
      return probe.isConsumed() ? 0 : Math.max(1, probe.getNanosToWaitForRefill());
    } catch (RuntimeException e) {
      // A grid that loses a member fails what was under way, in many ways.
      return SHORT_PAUSE.toNanos();
    }
  }
}
