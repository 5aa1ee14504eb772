package io.dragoman.cluster;

import static io.dragoman.cluster.TestGrid.TEN_A_SECOND;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.hazelcast.config.SerializationConfig;
import com.hazelcast.internal.serialization.Data;
import com.hazelcast.internal.serialization.InternalSerializationService;
import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import com.hazelcast.internal.serialization.impl.HeapData;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import com.hazelcast.spi.exception.RetryableHazelcastException;
import io.dragoman.cluster.LedgerOperation.Adopt;
import io.dragoman.cluster.LedgerOperation.Ask;
import io.dragoman.cluster.LedgerOperation.Seal;
import io.dragoman.cluster.LedgerOperation.SetLimits;
import io.dragoman.cluster.LedgerOperation.Store;
import io.dragoman.ops.NodeReport;
import io.dragoman.ops.Readiness;
import io.dragoman.ops.Selection;
import io.dragoman.ops.Trouble;
import io.dragoman.pipeline.SessionUse;
import io.dragoman.pipeline.SessionWindow;
import io.dragoman.pipeline.Spent;
import io.dragoman.quota.BinaryForm;
import io.dragoman.quota.Charge;
import io.dragoman.quota.HardState;
import io.dragoman.quota.Ledger;
import io.dragoman.quota.LedgerKeeper.Outcome;
import io.dragoman.quota.Lessee;
import io.dragoman.quota.Limits;
import io.dragoman.quota.Load;
import io.dragoman.quota.Moment;
import io.dragoman.quota.NodeQuota;
import io.dragoman.quota.RecentUse;
import io.dragoman.quota.Refresh;
import io.dragoman.quota.Rules;
import io.dragoman.quota.Voters;
import io.dragoman.quota.Wants;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/**
 * Everything that travels between nodes arrives as it was sent, and not by Java's serialisation.
 */
final class GridTypesTest {

  private static final KeptWindow WINDOW =
      new KeptWindow(
          1_000,
          new SessionWindow(
              40,
              2_000,
              new RecentUse(List.of(new RecentUse.Part(2_000_000_000L, 10, 2_000))),
              new Spent(39, 8_000)));

  /** What was written before a window told what the session had spent. */
  private static final String FIRST_WINDOW =
      "AAAAAAAAABMBAAAAMAAAAAAAAAPoAAAAAAAAACgAAAAAAAAH0AAAAAEAAAAQAAAH0AAAAAoAAAAAAAAH0A==";

  /** What this release writes. No later one may change it but by adding at the end. */
  private static final String SECOND_WINDOW =
      "AAAAAAAAABMBAAAAQAAAAAAAAAPoAAAAAAAAACgAAAAAAAAH0AAAAAEAAAAQAAAH0AAAAAoAAAAAAAAH0AAA"
          + "AAAAAAAnAAAAAAAAH0A=";

  /** What nodes of the last release tell, and can read. No later one may change it so either. */
  private static final String REPORT =
      "AAAAAAAAAAoBAAABaAAAAAVuMS1hYgAAAAhEUkFJTklORwAAAA4xMjcuMC4wLjE6ODA4MAAAAA4xMjcuMC4w"
          + "LjE6ODA4MQAAAAMxLjAAAAAAAAAAAQAAAAIAAAADAAAABAAAAAUAAAAGAAAABwAAAAAAAAAIAAAAAAAAAAkB"
          + "AAAAAAAAAAEAAAAAAAAAAgAAAAAAAAADAAAABAAAAAUAAAABAAAAMQAAAAZzcGVlY2gAAAAEYXdheQAAAAtV"
          + "TkFWQUlMQUJMRQAAAAAAAAAKAAAAAAAAAAsAAAACAAAASQAAAAJzMQEAAAAAAQAAAAIAAAAAAAAAAwAAAAAA"
          + "AAAEAAAAAAAAAAUAAAAAAAAABgEAAAAMcXVvdGEudG9rZW5zAAAAAAAAAAcAAABJAAAAAnMxAQAAAAABAAAA"
          + "AgAAAAAAAAADAAAAAAAAAAQAAAAAAAAABQAAAAAAAAAGAQAAAAxxdW90YS50b2tlbnMAAAAAAAAABw==";

  private final LedgerOwners here = owners(1);
  private final LedgerOwners there = owners(2);
  private final InternalSerializationService sender = service(here);
  private final InternalSerializationService receiver = service(there);

  private static LedgerOwners owners(long process) {
    LedgerOwners owners =
        new LedgerOwners(
            process, Voters.configured(1), 1, Map.of("q", TEN_A_SECOND), new SystemMoments());
    owners.open();
    return owners;
  }

  @Test
  void valuesComeBackEqual() {
    Outcome outcome = requireNonNull(here.refresh("q", null, refresh()));
    for (Object value :
        List.of(
            outcome.reply(),
            LimitsAnswer.UNKNOWN,
            LimitsAnswer.CLOSED,
            LimitsAnswer.hold(new Limits(1, 2, 3)),
            WINDOW,
            report())) {
      assertEquals(value, travel(value));
    }
    Ledger ledger = outcome.ledger();
    assertArrayEquals(
        BinaryForm.LEDGER.write(ledger), BinaryForm.LEDGER.write((Ledger) travel(ledger)));
    Store<?> store = (Store<?>) travel(new Store<>(ledger));
    assertArrayEquals(BinaryForm.LEDGER.write(ledger), BinaryForm.LEDGER.write(store.ledger()));
  }

  @Test
  void operationsAreForTheProcessInWhichTheyArrive() {
    Refresh refresh = refresh();
    Ask ask = (Ask) travel(new Ask(here, refresh));
    assertEquals(refresh, ask.refresh);
    assertSame(there, ask.owners);
    Seal seal = (Seal) travel(new Seal(here, 7));
    assertEquals(7, seal.process);
    assertSame(there, seal.owners);
    SetLimits set = (SetLimits) travel(setLimits());
    assertEquals(7, set.process);
    assertEquals("10.0.0.9:5", set.caller);
    assertEquals(new Limits(1, 2, 3), set.from);
    assertEquals(new Limits(4, 5, 6), set.to);
    assertSame(there, set.owners);
  }

  private SetLimits setLimits() {
    return new SetLimits(here, 7, "10.0.0.9:5", new Limits(1, 2, 3), new Limits(4, 5, 6));
  }

  private static Refresh refresh() {
    Rules rules = new Rules(TEN_A_SECOND.timing(1));
    Moment now = new SystemMoments().get();
    Lessee lessee = new Lessee(1, 1, HardState.NONE, rules, Charge.RESERVED, now);
    return lessee.refresh(Wants.NOTHING, false, now);
  }

  @Test
  void whatIsAskedOfANodeArrives() {
    for (Selection selection :
        List.of(new Selection.ActiveAfter("s1", 10), new Selection.Busiest(5))) {
      assertEquals(selection, ((ReportTask) travel(new ReportTask(selection))).selection);
    }
  }

  private static NodeReport report() {
    SessionUse use = new SessionUse("s1", true, false, 1, 2, 3, 4, 5, 6, true, "quota.tokens", 7);
    return new NodeReport(
        "n1-ab",
        Readiness.DRAINING,
        "127.0.0.1:8080",
        "127.0.0.1:8081",
        "1.0",
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        new NodeQuota(true, new Load(1, 2), Duration.ofMillis(3), 4, 5),
        List.of(new Trouble("speech", "away", "UNAVAILABLE", 10, 11)),
        List.of(use, use));
  }

  @Test
  void typesKeepTheirNumbers() {
    Outcome outcome = requireNonNull(here.refresh("q", null, refresh()));
    assertEquals(9, sender.toData(new ReportTask(new Selection.Busiest(1))).getType());
    assertEquals(10, sender.toData(report()).getType());
    assertEquals(11, sender.toData(outcome.ledger()).getType());
    assertEquals(12, sender.toData(outcome.reply()).getType());
    assertEquals(13, sender.toData(new Ask(here, refresh())).getType());
    assertEquals(14, sender.toData(new Seal(here, 1)).getType());
    assertEquals(15, sender.toData(new Store<>(outcome.ledger())).getType());
    assertEquals(17, sender.toData(setLimits()).getType());
    assertEquals(18, sender.toData(LimitsAnswer.CLOSED).getType());
    assertEquals(19, sender.toData(WINDOW).getType());
  }

  @Test
  void anUnknownVersionIsRefused() {
    byte[] bytes = sender.toData(new Seal(here, 1)).toByteArray();
    bytes[HeapData.DATA_OFFSET] = 2;
    HazelcastSerializationException refused =
        assertThrows(
            HazelcastSerializationException.class, () -> receiver.toObject(new HeapData(bytes)));
    assertEquals("type 14 has version 2, which this node does not know", refused.getMessage());
  }

  @Test
  void whatANewerReleaseAddsToAValueIsPassedOverAndWhatFollowsIsRead() throws IOException {
    Outcome outcome = requireNonNull(here.refresh("q", null, refresh()));
    for (Object value : List.of(WINDOW, report(), LimitsAnswer.hold(new Limits(1, 2, 3)))) {
      assertEquals(value, assertReadWithWhatFollows(longer(value)));
    }
    for (Object value :
        List.of(new ReportTask(new Selection.Busiest(1)), new Seal(here, 1), setLimits())) {
      assertSame(value.getClass(), assertReadWithWhatFollows(longer(value)).getClass());
    }
    assertEquals(outcome.reply(), assertReadWithWhatFollows(revised(outcome.reply())));
    for (Object value :
        List.of(
            outcome.ledger(),
            new Ask(here, refresh()),
            new Adopt(here, outcome.ledger()),
            new Store<>(outcome.ledger()))) {
      assertSame(value.getClass(), assertReadWithWhatFollows(revised(value)).getClass());
    }
  }

  /** As the grid writes a value into another: its type's number, and it. */
  private Object assertReadWithWhatFollows(byte[] value) throws IOException {
    byte[] stream = Arrays.copyOf(value, value.length + Long.BYTES);
    stream[stream.length - 1] = 42;
    ObjectDataInput in = receiver.createObjectDataInput(stream);
    Object read = requireNonNull(in.<Object>readObject());
    assertEquals(42, in.readLong(), read.toString());
    return read;
  }

  /** With eight bytes added at its end. */
  private byte[] longer(Object value) {
    byte[] bytes = sender.toData(value).toByteArray();
    // Without a hash; then the type's number, the version and the length.
    ByteBuffer longer = ByteBuffer.allocate(bytes.length - 4 + 8).put(bytes, 4, bytes.length - 4);
    return longer.putInt(5, longer.getInt(5) + 8).array();
  }

  /** In the next revision but one of a {@link BinaryForm}, whose number is the second. */
  private byte[] revised(Object value) {
    byte[] revised = longer(value);
    revised[10] = (byte) (revised[10] + 4);
    return revised;
  }

  @Test
  void aWindowOfThePreviousReleaseIsRead() {
    assertEquals(SECOND_WINDOW, base64(WINDOW));
    assertEquals(WINDOW, receiver.toObject(data(SECOND_WINDOW)));
    assertEquals(
        new KeptWindow(
            1_000,
            new SessionWindow(
                40,
                2_000,
                new RecentUse(List.of(new RecentUse.Part(2_000_000_000L, 10, 2_000))),
                Spent.NOTHING)),
        receiver.toObject(data(FIRST_WINDOW)));
  }

  @Test
  void aReportIsReadByTheReleasesBesideThisOne() {
    assertEquals(REPORT, base64(report()));
    assertEquals(report(), receiver.toObject(data(REPORT)));
  }

  private String base64(Object value) {
    return Base64.getEncoder().encodeToString(sender.toData(value).toByteArray());
  }

  private static Data data(String base64) {
    return new HeapData(Base64.getDecoder().decode(base64));
  }

  /** Helidon forbids what it is not told to allow, in the whole process. */
  @Test
  void exceptionsOfTheGridArriveInAProcessThatServesHttp() {
    io.helidon.common.SerializationConfig.configureRuntime();
    for (Exception thrown :
        List.of(
            new RetryableHazelcastException("again"),
            new ExecutionException(new IllegalStateException("why")))) {
      Exception arrived = (Exception) travel(thrown);
      assertEquals(thrown.toString(), arrived.toString());
    }
  }

  private Object travel(Object value) {
    Data data = sender.toData(value);
    return receiver.toObject(new HeapData(data.toByteArray()));
  }

  private static InternalSerializationService service(LedgerOwners owners) {
    SerializationConfig config = new SerializationConfig();
    GridTypes.register(config, owners, new Copies(GridSessionRegistry.MAP));
    return new DefaultSerializationServiceBuilder().setConfig(config).build();
  }
}
