package io.dragoman.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.config.SerializationConfig;
import com.hazelcast.internal.serialization.InternalSerializationService;
import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import com.hazelcast.internal.serialization.impl.HeapData;
import com.hazelcast.nio.ObjectDataInput;
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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
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
      "AAAAAAAAABQBAAABSAAAABNzZXNzaW9uLWZvci10ZXN0cy0xAAAAC3RyYW5zbGF0aW9uAABdwAAAAAIAAAAF"
          + "ZW4tVVMAAAACZGUAAAABAAAAAmVzAQAAAAAAAAPoAAAABW4xLWFiAAAAAAAAAE0AAAACAAAABHVzZWQAAAAH"
          + "Y3VycmVudAAAAAAAAAAEAAAAAAAAdTAAAAAAAAB1MAAAAAMAAAA+AAAAAAAAAAACAAAAAQAAAAAFZW4tVVMA"
          + "AAAAAAASwAAAAAMAAAAAAAATiAAAAAAAAF3AAAAAB8K/UXXDqT8AAAARAQAAAAAAAAADAAAAAAAAXcAAAAAZ"
          + "AgAAAAAAAAAEAAAAAAAAXcAAAAAAAAB1MAAAAAEAAAA4AgAAAAJlcwAAAAAFZW4tVVMAAAAAAAASwAAAAAMA"
          + "AAAAAAATiAAAAAAAAF3AAAAAB8K/UXXDqT8=";

  /** What the first release asks for. No later one may change it. */
  private static final String FIRST_APPEND =
      "AAAAAAAAABUBAAAAogAAAAAAABOIAAAAWgAADhAAAACOAgAAAAVuMS1hYgAAAAAAAABNAAAAAgAAAAMAAAA+"
          + "AAAAAAAAAAACAAAAAQAAAAAFZW4tVVMAAAAAAAASwAAAAAMAAAAAAAATiAAAAAAAAF3AAAAAB8K/UXXDqT8A"
          + "AAARAQAAAAAAAAADAAAAAAAAXcAAAAAZAgAAAAAAAAAEAAAAAAAAXcAAAAAAAAB1MA==";

  /** What this release writes. No later one may change it but by adding at the end. */
  private static final String SECOND_RECORD =
      "AAAAAAAAABQBAAABWAAAABNzZXNzaW9uLWZvci10ZXN0cy0xAAAAC3RyYW5zbGF0aW9uAABdwAAAAAIAAAAF"
          + "ZW4tVVMAAAACZGUAAAABAAAAAmVzAQAAAAAAAAPoAAAABW4xLWFiAAAAAAAAAE0AAAACAAAABHVzZWQAAAAH"
          + "Y3VycmVudAAAAAAAAAAEAAAAAAAAdTAAAAAAAAB1MAAAAAMAAAA+AAAAAAAAAAACAAAAAQAAAAAFZW4tVVMA"
          + "AAAAAAASwAAAAAMAAAAAAAATiAAAAAAAAF3AAAAAB8K/UXXDqT8AAAARAQAAAAAAAAADAAAAAAAAXcAAAAAZ"
          + "AgAAAAAAAAAEAAAAAAAAXcAAAAAAAAB1MAAAAAEAAAA4AgAAAAJlcwAAAAAFZW4tVVMAAAAAAAASwAAAAAMA"
          + "AAAAAAATiAAAAAAAAF3AAAAAB8K/UXXDqT8AAAAAAAAF3AAAAAAAAAnE";

  private static final String FIRST_RESUME =
      "AAAAAAAAABUBAAAAhgAAAAAAABOIAAAAWgAADhAAAAByAQAAAAVuMS1hYgAAAAAAAABNAAAAAgAAAAAAAAXc"
          + "AAAAC3RyYW5zbGF0aW9uAABdwAAAAAIAAAAFZW4tVVMAAAACZGUAAAABAAAAAmVzAQAAAAV0b2tlbgAAAAVm"
          + "cmVzaAAAAAAAAAMrAAAAAABDBEAB";

  /** What a newer release puts at the end of a form. */
  private static final byte[] ADDED = {9, 9, 9, 9, 9, 9, 9, 9};

  private final InternalSerializationService service = service();

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
      SessionOperation operation = operation(change);
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

  /** The grid writes a change into its message to a copy, where more of its own follows. */
  @Test
  void whatANewerReleaseAddsToAFormIsPassedOverAndWhatFollowsIsRead() throws IOException {
    byte[] record = framed(body(RECORD), ADDED);
    byte[] times = Arrays.copyOf(body(append()), 16);
    byte[] owner = join(framed("n1-ab".getBytes(UTF_8)), number(77), new byte[] {0, 0, 0, 2});
    byte[] covered = framed(new byte[] {1}, number(3), number(24_000), ADDED);
    byte[] gap = framed(new byte[] {2}, number(4), number(24_000), number(30_000), ADDED);
    assertPassedOver(RECORD, body(RECORD), ADDED);
    assertPassedOver(new SessionAnswer.Done(4), new byte[] {0}, number(4), ADDED);
    assertPassedOver(new SessionAnswer.Held(RECORD), new byte[] {1}, record, ADDED);
    assertPassedOver(
        operation(new SessionChange.Begin(RECORD)),
        times,
        framed(new byte[] {0}, record, ADDED),
        ADDED);
    assertPassedOver(
        operation(new SessionChange.Append(OWNER, EVENTS.subList(1, 3))),
        times,
        framed(new byte[] {2}, owner, new byte[] {0, 0, 0, 2}, covered, gap, ADDED),
        ADDED);
  }

  /**
   * @param fields as a newer release writes them
   */
  private void assertPassedOver(Object value, byte[]... fields) throws IOException {
    byte[] type = {0, 0, 0, (byte) service.toData(value).getType(), 1};
    byte[] stream = join(type, framed(fields), number(42));
    ObjectDataInput in = service.createObjectDataInput(stream);
    assertEquals(value, in.readObject());
    assertEquals(42, in.readLong());
  }

  /** The fields of a value, without what the grid puts before it, its version and its length. */
  private byte[] body(Object value) {
    byte[] bytes = bytes(value);
    return Arrays.copyOfRange(bytes, HeapData.DATA_OFFSET + 5, bytes.length);
  }

  private static byte[] framed(byte[]... fields) {
    byte[] bytes = join(fields);
    return join(ByteBuffer.allocate(4).putInt(bytes.length).array(), bytes);
  }

  private static byte[] number(long value) {
    return ByteBuffer.allocate(8).putLong(value).array();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }

  @Test
  void whatOnlyANewerReleaseKnowsIsRefusedWithASentence() {
    byte[] operation = bytes(operation(new SessionChange.Leave(OWNER)));
    // After the version, the times, and two lengths.
    operation[HeapData.DATA_OFFSET + 25] = 99;
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
    return operation(
        new SessionChange.Resume(OWNER, 1_500, TERMS, "token", "fresh", 811, 4_392_000, true));
  }

  private static SessionOperation append() {
    return operation(new SessionChange.Append(OWNER, EVENTS));
  }

  private static SessionOperation operation(SessionChange change) {
    return new SessionOperation(COPIES, change, 5_000, 90, 3_600);
  }

  private byte[] bytes(Object value) {
    return service.toData(value).toByteArray();
  }

  private Object read(byte[] bytes) {
    return service.toObject(new HeapData(bytes));
  }

  private static InternalSerializationService service() {
    SerializationConfig config = new SerializationConfig();
    SessionTypes.register(config, COPIES);
    return new DefaultSerializationServiceBuilder().setConfig(config).build();
  }
}
