package io.dragoman.cluster;

import static io.dragoman.cluster.TestGrid.FINAL;
import static io.dragoman.cluster.TestGrid.TEN_A_SECOND;
import static io.dragoman.cluster.TestGrid.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.hazelcast.cluster.ClusterState;
import com.hazelcast.config.Config;
import com.hazelcast.config.SerializerConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.StreamSerializer;
import io.dragoman.quota.QuotaUse.State;
import io.dragoman.quota.SessionQuota;
import io.dragoman.quota.Turn.Answer;
import io.helidon.common.SerializationConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** A node beside a member of a release so new that it cannot read what that one writes. */
@Timeout(300)
final class NewerReleaseTest {
  /** The number 2, and what nobody here knows. */
  private static final byte[] FORMAT_2 = {4, 0, 1, 2, 3};

  private final Logger logger = (Logger) LoggerFactory.getLogger(LeaseRenewal.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private List<String> addresses;

  @BeforeEach
  void listen() throws Exception {
    // As a node's web server does when it starts: a refusal must travel nevertheless.
    SerializationConfig.configureRuntime();
    addresses = TestGrid.freeAddresses(2);
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void ignore() {
    logger.detachAppender(log);
  }

  @Test
  void aNodeThatCannotReadWhatTheLedgersOwnerWritesSaysSoAndGrantsNothing() throws Exception {
    HazelcastInstance newer = newer(false);
    // From the first use on it owns all partitions, and now it keeps them.
    assertTrue(newer.getMap(GridQuota.MAP).isEmpty());
    newer.getCluster().changeClusterState(ClusterState.NO_MIGRATION);
    Grid older = older();
    try {
      GridQuota quota = older.openQuota(DispatchConfig.of(10));
      await(
          () ->
              logged(
                  "the quota's lease is not renewed: HazelcastSerializationException: this reply was"
                      + " written by a newer release, in format 2, and this node knows 1: deploy that"
                      + " release here"));
      assertFalse(quota.isOwner());
      assertEquals(State.UNREACHABLE, quota.meter().use().state());
      assertTrue(quota.here().lasts().isZero());
      try (SessionQuota session = quota.gate().open(1)) {
        assertInstanceOf(Answer.Waiting.class, session.ask(FINAL).await(Duration.ZERO));
      }
    } finally {
      older.terminate();
      newer.getLifecycleService().terminate();
    }
  }

  @Test
  void anOwnerToWhomALedgerIsHandedThatItCannotReadTellsWhoHandsItOver() throws Exception {
    Grid older = older();
    HazelcastInstance newer = newer(true);
    try {
      await(() -> older.size() == 2);
      String refused = refusal(newer);
      assertTrue(
          refused.contains(
              "this ledger was written by a newer release, in format 2, and this node"),
          refused);
      assertTrue(older.hazelcast().getMap(GridQuota.MAP).isEmpty());
    } finally {
      older.terminate();
      newer.getLifecycleService().terminate();
    }
  }

  /** What becomes of a ledger that is handed over. */
  private static String refusal(HazelcastInstance newer) {
    return assertThrows(
            ExecutionException.class,
            () ->
                newer
                    .<String, Object>getMap(GridQuota.MAP)
                    .submitToKey(GridQuota.NAME, new NewerAdopt())
                    .toCompletableFuture()
                    .get())
        .toString();
  }

  private boolean logged(String sentence) {
    return List.copyOf(log.list).stream().anyMatch(it -> it.getFormattedMessage().equals(sentence));
  }

  private Grid older() throws IOException {
    return Grid.start(TestGrid.config("n2", addresses.get(1), addresses), TEN_A_SECOND);
  }

  /**
   * @param lite whether the grid gives it nothing to own
   */
  private HazelcastInstance newer(boolean lite) throws IOException {
    Config member =
        GridFile.member(
            TestGrid.config("n1", addresses.get(0), addresses), TEN_A_SECOND, "n1-newer");
    add(member, NewerAdopt.class, 16, new NewerAdopt());
    add(member, NewerAsk.class, 13, new NewerAsk());
    add(member, NewerReply.class, 12, new NewerReply());
    return Hazelcast.newHazelcastInstance(member.setLiteMember(lite));
  }

  private static <T> void add(Config member, Class<T> type, int id, T read) {
    member
        .getSerializationConfig()
        .addSerializerConfig(
            new SerializerConfig().setTypeClass(type).setImplementation(new Form<>(id, read)));
  }

  /** An operation that brings a ledger. */
  private record NewerAdopt() implements EntryProcessor<String, Object, Object> {
    @Override
    public Object process(Map.Entry<String, Object> entry) {
      throw new IllegalStateException("it never arrives");
    }
  }

  /** What becomes of a node's refresh there: an answer. */
  private record NewerAsk() implements EntryProcessor<String, Object, Object> {
    @Override
    public Object process(Map.Entry<String, Object> entry) {
      return new NewerReply();
    }
  }

  private record NewerReply() {}

  /** How the newer release writes its values. */
  private record Form<T>(int id, T read) implements StreamSerializer<T> {
    @Override
    public int getTypeId() {
      return id;
    }

    @Override
    public void write(ObjectDataOutput out, T value) throws IOException {
      out.writeByte(1);
      out.writeByteArray(FORMAT_2);
    }

    @Override
    public T read(ObjectDataInput in) {
      return read;
    }
  }
}
