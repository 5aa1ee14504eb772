package io.dragoman.cluster;

import static io.dragoman.cluster.TestGrid.TEN_A_SECOND;
import static io.dragoman.cluster.TestGrid.await;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.hazelcast.config.Config;
import com.hazelcast.config.SerializationConfig;
import com.hazelcast.config.SerializerConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.internal.serialization.SerializationService;
import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import com.hazelcast.internal.serialization.impl.HeapData;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.StreamSerializer;
import io.dragoman.session.SessionAnswer;
import io.dragoman.session.SessionAnswer.Done;
import io.dragoman.session.SessionAnswer.Held;
import io.dragoman.session.SessionChange;
import io.dragoman.session.SessionEvent;
import io.dragoman.session.SessionRecord;
import io.dragoman.session.SessionRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node beside a member of the next release, whose sessions' forms have more at their end. */
@Timeout(300)
final class NextReleaseTest {
  private static final Duration LONG = Duration.ofMinutes(10);

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  @Test
  void eachKeepsWhatTheOtherWritesAndItsCopyOutlivesTheOther() throws Exception {
    List<String> addresses = TestGrid.freeAddresses(2);
    HazelcastInstance next = next(addresses);
    Grid here = Grid.start(TestGrid.config("n2", addresses.get(1), addresses), TEN_A_SECOND);
    open.add(here::terminate);
    awaitSafe(here);
    List<String> sids = new ArrayList<>();
    for (HazelcastInstance keeper : List.of(next, here.hazelcast())) {
      for (HazelcastInstance teller : List.of(next, here.hazelcast())) {
        String sid = sid(keeper);
        sids.add(sid);
        SessionChange.Begin begin = GridSessionsTest.begin(sid, here);
        assertEquals(new Held(begin.fresh()), make(teller, sid, begin));
        assertEquals(
            new Done(2),
            make(
                teller,
                sid,
                new SessionChange.Append(
                    begin.fresh().owner(), List.of(new SessionEvent.Covered(2, 4_800)))));
        assertCovered(next, sid);
        assertCovered(here.hazelcast(), sid);
      }
    }

    next.getLifecycleService().terminate();
    await(() -> here.size() == 1);
    // A node alone is in a minority, and tells of no session.
    next(addresses);
    awaitSafe(here);
    for (String sid : sids) {
      assertCovered(here.hazelcast(), sid);
    }
  }

  private static void assertCovered(HazelcastInstance teller, String sid) throws Exception {
    SessionAnswer answer = make(teller, sid, new SessionChange.Read("token"));
    assertEquals(
        List.of(new SessionEvent.Covered(2, 4_800)),
        answer instanceof Held(SessionRecord record) ? record.events() : answer);
  }

  private static SessionAnswer make(HazelcastInstance teller, String sid, SessionChange change)
      throws Exception {
    Copies copies = new Copies(GridSessionRegistry.MAP);
    copies.started(teller);
    SessionRegistry registry =
        new GridSessionRegistry(teller, LONG, LONG, () -> true, copies, new Settling(false));
    return registry.change(sid, change).toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  /** A session whose original that member keeps, and the other one its copy. */
  private static String sid(HazelcastInstance keeper) {
    String sid;
    do {
      sid = UUID.randomUUID().toString();
    } while (!TestGrid.isKeptBy(keeper, sid));
    return sid;
  }

  private static void awaitSafe(Grid here) {
    await(() -> here.size() == 2 && here.hazelcast().getPartitionService().isClusterSafe());
  }

  private HazelcastInstance next(List<String> addresses) throws IOException {
    Config member =
        GridFile.member(
            TestGrid.config("n1", addresses.get(0), addresses), TEN_A_SECOND, "n1-next");
    Copies copies = new Copies(GridSessionRegistry.MAP);
    Longer.teach(member.getSerializationConfig(), copies);
    HazelcastInstance next = Hazelcast.newHazelcastInstance(member);
    copies.started(next);
    open.add(next.getLifecycleService()::terminate);
    return next;
  }

  /** Writes what this release does and more after it, and reads what this release can read. */
  private record Longer<T>(int id, SerializationService today) implements StreamSerializer<T> {
    /** The type's number, the version and the length. */
    private static final int HEAD = HeapData.DATA_OFFSET + 1 + Integer.BYTES;

    static void teach(SerializationConfig next, Copies copies) {
      SerializationConfig config = new SerializationConfig();
      SessionTypes.register(config, copies);
      SerializationService today =
          new DefaultSerializationServiceBuilder().setConfig(config).build();
      add(next, SessionRecord.class, new Longer<>(20, today));
      add(next, SessionOperation.class, new Longer<>(21, today));
      add(next, SessionAnswer.class, new Longer<>(22, today));
    }

    private static <T> void add(SerializationConfig next, Class<T> type, Longer<T> form) {
      next.addSerializerConfig(new SerializerConfig().setTypeClass(type).setImplementation(form));
    }

    @Override
    public int getTypeId() {
      return id;
    }

    @Override
    public void write(ObjectDataOutput out, T value) throws IOException {
      byte[] bytes = today.toData(value).toByteArray();
      out.writeByte(1);
      out.writeByteArray(Arrays.copyOfRange(bytes, HEAD, bytes.length + Long.BYTES));
    }

    @Override
    public T read(ObjectDataInput in) throws IOException {
      byte version = in.readByte();
      byte[] fields = requireNonNull(in.readByteArray());
      ByteBuffer data = ByteBuffer.allocate(HEAD + fields.length);
      data.putInt(0).putInt(id).put(version).putInt(fields.length).put(fields);
      return today.toObject(new HeapData(data.array()));
    }
  }
}
