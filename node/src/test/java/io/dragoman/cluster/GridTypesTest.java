package io.dragoman.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.hazelcast.config.SerializationConfig;
import com.hazelcast.internal.serialization.Data;
import com.hazelcast.internal.serialization.SerializationService;
import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import com.hazelcast.internal.serialization.impl.HeapData;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import io.dragoman.cluster.WindowOperation.Ask;
import io.dragoman.cluster.WindowOperation.Look;
import io.dragoman.cluster.WindowOperation.Settle;
import io.dragoman.cluster.WindowOperation.Store;
import io.dragoman.ops.NodeReport;
import io.dragoman.ops.Readiness;
import io.dragoman.ops.Selection;
import io.dragoman.ops.Trouble;
import io.dragoman.pipeline.SessionUse;
import io.dragoman.quota.Decision.Bound;
import io.dragoman.quota.Load;
import io.dragoman.quota.PermitId;
import io.dragoman.quota.QuotaConfig;
import io.dragoman.quota.QuotaRequest;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.quota.RollingWindow;
import io.dragoman.quota.RollingWindow.Granted;
import io.dragoman.quota.RollingWindow.Refused;
import io.dragoman.quota.RollingWindow.Stale;
import io.dragoman.session.SessionEntry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Everything that travels between nodes arrives as it was sent, and not by Java's serialisation.
 */
final class GridTypesTest {

  private static final QuotaConfig CONFIG = QuotaConfig.of(4_500, 1_800_000);
  private static final InstantSource HERE = InstantSource.fixed(Instant.ofEpochMilli(5_000));
  private static final InstantSource THERE = InstantSource.fixed(Instant.ofEpochMilli(7_000));

  private final SerializationService sender = service(HERE);
  private final SerializationService receiver = service(THERE);

  @Test
  void valuesComeBackEqual() {
    for (Object value :
        List.of(
            RollingWindow.EMPTY,
            window(),
            new Granted(),
            new Refused(1_234, Bound.TOKENS),
            new Stale(),
            new Store<>(window()),
            new SessionEntry("s1", "n1-ab", "translation", 1_000),
            new Load(7, 700),
            report())) {
      assertEquals(value, travel(value));
    }
  }

  @Test
  void operationsReadTheTimeWhereTheyArrive() {
    PermitId id = new PermitId("n1-ab", 7);
    QuotaRequest request = new QuotaRequest(Priority.PARTIAL, 550);
    Ask ask = (Ask) travel(new Ask(HERE, id, CONFIG, request));
    assertEquals(List.of(id, CONFIG, request), List.of(ask.id, ask.config, ask.request));
    assertSame(THERE, ask.clock);
    Settle settle = (Settle) travel(new Settle(HERE, id, CONFIG, true));
    assertEquals(List.of(id, CONFIG, true), List.of(settle.id, settle.config, settle.arrived));
    assertSame(THERE, settle.clock);
  }

  @Test
  void whatIsAskedOfANodeArrives() {
    for (Selection selection :
        List.of(new Selection.ActiveAfter("s1", 10), new Selection.Busiest(5))) {
      assertEquals(selection, ((ReportTask) travel(new ReportTask(selection))).selection);
    }
    assertSame(THERE, ((Look) travel(new Look(HERE))).clock);
  }

  private static NodeReport report() {
    SessionUse use = new SessionUse("s1", true, false, 1, 2, 3, 4, 5, 6);
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
        List.of(new Trouble("speech", "away", "UNAVAILABLE", 10, 11)),
        List.of(use, use));
  }

  @Test
  void typesKeepTheirNumbers() {
    assertEquals(1, sender.toData(RollingWindow.EMPTY).getType());
    assertEquals(2, sender.toData(new Granted()).getType());
    assertEquals(5, sender.toData(new Store<>(RollingWindow.EMPTY)).getType());
    assertEquals(6, sender.toData(new SessionEntry("s1", "n1", "translation", 1)).getType());
    assertEquals(7, sender.toData(new Look(HERE)).getType());
    assertEquals(8, sender.toData(new Load(1, 1)).getType());
    assertEquals(9, sender.toData(new ReportTask(new Selection.Busiest(1))).getType());
    assertEquals(10, sender.toData(report()).getType());
  }

  @Test
  void anUnknownVersionIsRefused() {
    byte[] bytes = sender.toData(new Granted()).toByteArray();
    bytes[HeapData.DATA_OFFSET] = 2;
    HazelcastSerializationException refused =
        assertThrows(
            HazelcastSerializationException.class, () -> receiver.toObject(new HeapData(bytes)));
    assertEquals("type 2 has version 2, which this node does not know", refused.getMessage());
  }

  private static RollingWindow window() {
    RollingWindow window = RollingWindow.EMPTY;
    for (int i = 0; i < 5; i++) {
      PermitId id = new PermitId("n" + i % 2, i);
      QuotaRequest request = new QuotaRequest(Priority.values()[i % 2], 100 + i);
      window = window.book(1_000 * i, id, request, CONFIG).window();
      if (i < 3) {
        window = window.arrived(1_000 * i + 300, id, CONFIG);
      }
    }
    return window;
  }

  private Object travel(Object value) {
    Data data = sender.toData(value);
    return receiver.toObject(new HeapData(data.toByteArray()));
  }

  private static SerializationService service(InstantSource clock) {
    SerializationConfig config = new SerializationConfig();
    GridTypes.register(config, clock);
    return new DefaultSerializationServiceBuilder().setConfig(config).build();
  }
}
