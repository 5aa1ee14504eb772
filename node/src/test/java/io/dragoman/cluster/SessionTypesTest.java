package io.dragoman.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.config.SerializationConfig;
import com.hazelcast.internal.serialization.SerializationService;
import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import com.hazelcast.internal.serialization.impl.HeapData;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import io.dragoman.pipeline.Caption;
import io.dragoman.pipeline.Caption.Role;
import io.dragoman.session.SessionAnswer;
import io.dragoman.session.SessionChange;
import io.dragoman.session.SessionEvent;
import io.dragoman.session.SessionRecord;
import io.dragoman.session.SessionRecord.Owed;
import io.dragoman.session.SessionRecord.Owner;
import io.dragoman.session.SessionRecord.Tokens;
import io.dragoman.session.SessionTerms;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sessions' records arrive as they were sent, also by releases before this one, and after it. */
final class SessionTypesTest {
  private static final Copies COPIES = new Copies(GridSessionRegistry.MAP);

  private static final Owner OWNER = new Owner("n1-ab", 77, 2);

  private static final SessionTerms TERMS =
      new SessionTerms("translation", 24_000, List.of("en-US", "de"), List.of("es"), true);

  private static final Caption.Final SAID =
      new Caption.Final(Role.SOURCE, "en-US", 4_800, 3, 5_000, 24_000, "¿Qué?");

  private static final List<SessionEvent> EVENTS =
      List.of(
          new SessionEvent.Said(2, 1, SAID),
          new SessionEvent.Covered(3, 24_000),
          new SessionEvent.Gap(4, 24_000, 30_000));

  private static final SessionRecord RECORD = record(1_500, 2_500);

  private static SessionRecord record(long carriedSinceMs, long resumableUntilMs) {
    return new SessionRecord(
        "session-for-tests-1",
        TERMS,
        1_000,
        OWNER,
        new Tokens("used", "current"),
        4,
        30_000,
        30_000,
        EVENTS,
        List.of(new Owed(Role.TRANSLATION, "es", SAID)),
        carriedSinceMs,
        resumableUntilMs);
  }

  /**
   * What was written before a record told since when it is carried, and until when it may be
   * resumed.
   */
  private static final String FIRST_RECORD =
      "AAAAAAAAABQBAAAAABNzZXNzaW9uLWZvci10ZXN0cy0xAAAAC3RyYW5zbGF0aW9uAABdwAAAAAIAAAAF"
          + "ZW4tVVMAAAACZGUAAAABAAAAAmVzAQAAAAAAAAPoAAAABW4xLWFiAAAAAAAAAE0AAAACAAAABHVzZWQA"
          + "AAAHY3VycmVudAAAAAAAAAAEAAAAAAAAdTAAAAAAAAB1MAAAAAMAAAAAAAAAAAIAAAABAAAAAAVlbi1V"
          + "UwAAAAAAABLAAAAAAwAAAAAAABOIAAAAAAAAXcAAAAAHwr9RdcOpPwEAAAAAAAAAAwAAAAAAAF3AAgAA"
          + "AAAAAAAEAAAAAAAAXcAAAAAAAAB1MAAAAAECAAAAAmVzAAAAAAVlbi1VUwAAAAAAABLAAAAAAwAAAAAA"
          + "ABOIAAAAAAAAXcAAAAAHwr9RdcOpPw==";

  /** What the first release asks for. No later one may change it. */
  private static final String FIRST_APPEND =
      "AAAAAAAAABUBAAAAAAAAE4gAAABaAAAOEAIAAAAFbjEtYWIAAAAAAAAATQAAAAIAAAADAAAAAAAAAAACAAAA"
          + "AQAAAAAFZW4tVVMAAAAAAAASwAAAAAMAAAAAAAATiAAAAAAAAF3AAAAAB8K/UXXDqT8BAAAAAAAAAAMAAAAA"
          + "AABdwAIAAAAAAAAABAAAAAAAAF3AAAAAAAAAdTA=";

  /** What this release writes. No later one may change it but by adding at the end. */
  private static final String SECOND_RECORD =
      "AAAAAAAAABQBAQAAABNzZXNzaW9uLWZvci10ZXN0cy0xAAAAC3RyYW5zbGF0aW9uAABdwAAAAAIAAAAFZW4t"
          + "VVMAAAACZGUAAAABAAAAAmVzAQAAAAAAAAPoAAAABW4xLWFiAAAAAAAAAE0AAAACAAAABHVzZWQAAAAHY3Vy"
          + "cmVudAAAAAAAAAAEAAAAAAAAdTAAAAAAAAB1MAAAAAMAAAAAAAAAAAIAAAABAAAAAAVlbi1VUwAAAAAAABLA"
          + "AAAAAwAAAAAAABOIAAAAAAAAXcAAAAAHwr9RdcOpPwEAAAAAAAAAAwAAAAAAAF3AAgAAAAAAAAAEAAAAAAAA"
          + "XcAAAAAAAAB1MAAAAAECAAAAAmVzAAAAAAVlbi1VUwAAAAAAABLAAAAAAwAAAAAAABOIAAAAAAAAXcAAAAAH"
          + "wr9RdcOpPwAAAAAAAAXcAAAAAAAACcQ=";

  private static final String FIRST_RESUME =
      "AAAAAAAAABUBAAAAAAAAE4gAAABaAAAOEAEAAAAFbjEtYWIAAAAAAAAATQAAAAIAAAAAAAAF3AAAAAt0cmFu"
          + "c2xhdGlvbgAAXcAAAAACAAAABWVuLVVTAAAAAmRlAAAAAQAAAAJlcwEAAAAFdG9rZW4AAAAFZnJlc2gAAAAA"
          + "AAADKwAAAAAAQwRAAQ==";

  private final SerializationService service = service();

  @Test
  void everyChangeAndAnswerArrivesAsItWasSent() {
    for (SessionChange change :
        List.of(
            new SessionChange.Begin(RECORD),
            new SessionChange.Resume(OWNER, 1_500, TERMS, "token", "fresh", 811, 4_392_000, true),
            new SessionChange.Append(OWNER, EVENTS),
            new SessionChange.Renew(OWNER),
            new SessionChange.Restore(RECORD),
            new SessionChange.Leave(OWNER),
            new SessionChange.End(OWNER),
            new SessionChange.Read("token"),
            new SessionChange.Erase("token"))) {
      SessionOperation operation = new SessionOperation(COPIES, change, 5_000, 90, 3_600);
      assertEquals(operation, read(bytes(operation)));
    }
    assertEquals(RECORD, read(bytes(RECORD)));
    assertEquals(new SessionAnswer.Done(4), read(bytes(new SessionAnswer.Done(4))));
    assertEquals(new SessionAnswer.Held(RECORD), read(bytes(new SessionAnswer.Held(RECORD))));
    for (SessionAnswer.Reason reason : SessionAnswer.Reason.values()) {
      assertEquals(
          new SessionAnswer.Refused(reason), read(bytes(new SessionAnswer.Refused(reason))));
    }
  }

  @Test
  void typesKeepTheirNumbers() {
    assertEquals(20, service.toData(RECORD).getType());
    assertEquals(21, service.toData(append()).getType());
    assertEquals(22, service.toData(new SessionAnswer.Done(1)).getType());
  }

  @Test
  void whatTheFirstReleaseWroteIsReadBesideWhatThisOneWrites() {
    assertEquals(record(0, Long.MAX_VALUE), read(Base64.getDecoder().decode(FIRST_RECORD)));
    assertEquals(append(), read(Base64.getDecoder().decode(FIRST_APPEND)));
    assertEquals(FIRST_APPEND, Base64.getEncoder().encodeToString(bytes(append())));
    assertEquals(RECORD, read(Base64.getDecoder().decode(SECOND_RECORD)));
    assertEquals(SECOND_RECORD, Base64.getEncoder().encodeToString(bytes(RECORD)));
    assertEquals(FIRST_RESUME, Base64.getEncoder().encodeToString(bytes(resume())));
  }

  @Test
  void whatANewerReleaseAddsAtTheEndIsPassedOver() {
    for (Object value :
        List.of(
            RECORD,
            new SessionAnswer.Held(RECORD),
            new SessionOperation(COPIES, new SessionChange.Restore(RECORD), 5_000, 90, 3_600))) {
      byte[] bytes = bytes(value);
      assertEquals(value, read(Arrays.copyOf(bytes, bytes.length + 8)));
    }
  }

  @Test
  void whatOnlyANewerReleaseKnowsIsRefusedWithASentence() {
    byte[] operation =
        bytes(new SessionOperation(COPIES, new SessionChange.Leave(OWNER), 5_000, 90, 3_600));
    // After the version and the times.
    operation[HeapData.DATA_OFFSET + 17] = 99;
    assertEquals(
        "change 99 of a session is of a newer release: deploy that release here",
        assertThrows(HazelcastSerializationException.class, () -> read(operation)).getMessage());
    byte[] record = bytes(RECORD);
    record[HeapData.DATA_OFFSET] = 2;
    assertTrue(
        String.valueOf(
                assertThrows(HazelcastSerializationException.class, () -> read(record))
                    .getMessage())
            .startsWith("type 20 has version 2, which this node does not know"));
  }

  private static SessionOperation resume() {
    return new SessionOperation(
        COPIES,
        new SessionChange.Resume(OWNER, 1_500, TERMS, "token", "fresh", 811, 4_392_000, true),
        5_000,
        90,
        3_600);
  }

  private static SessionOperation append() {
    return new SessionOperation(COPIES, new SessionChange.Append(OWNER, EVENTS), 5_000, 90, 3_600);
  }

  private byte[] bytes(Object value) {
    return service.toData(value).toByteArray();
  }

  private Object read(byte[] bytes) {
    return service.toObject(new HeapData(bytes));
  }

  private static SerializationService service() {
    SerializationConfig config = new SerializationConfig();
    SessionTypes.register(config, COPIES);
    return new DefaultSerializationServiceBuilder().setConfig(config).build();
  }
}
