package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dragoman.quota.Holder.Claim;
import io.dragoman.quota.Holder.Ending;
import io.dragoman.quota.Holder.Lease;
import io.dragoman.quota.Holder.Standing;
import io.dragoman.quota.Holder.Testimony;
import io.dragoman.quota.Holder.Vote;
import io.dragoman.quota.Ledger.Phase;
import io.dragoman.quota.Recollection.Aged;
import io.dragoman.quota.Refresh.Bond;
import io.dragoman.quota.Refresh.Landing;
import io.dragoman.quota.Refresh.Stamp;
import io.dragoman.quota.Reply.Joining;
import io.dragoman.quota.Reply.Scarcity;
import io.dragoman.quota.Reply.State;
import io.dragoman.quota.Reply.Status;
import io.dragoman.quota.Wants.Group;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The bytes of one value of each kind. Nodes of the last release write and read just these: who has
 * to change them here has changed the format, and {@link BinaryForm} says what that takes.
 */
class FrozenFormTest {
  private static final String HARD_STATE =
      """
      0200061122334455667788020602060204d804""";

  private static final String REPLY =
      """
      0202fffffffffffffffe9a0108fffffffffffffffd00000000075bcd15020600
      0000000000000902904ea01fd0e736a0e01480d0acf30e80808080203c008407
      c0fc153c80ea30e0a7120602060204d8040880ade20402040202f02ee012""";

  private static final String REFRESH =
      """
      020204fffffffffffffffe9c0180e0ba84bf03f403a01fc413c0b802a01fc801
      060000000000000009061122334455667788020602060204d8040208ffffffff
      fffffffd00000000075bcd15c413b817b009049a0150d00fa0069c0100d00f02
      020608d0e73602d804a006e8070264f02e12c03e801998b3e6cc01e0c508c0b5
      03aad5aad50a8827c00c1804f02e02f001""";

  /** With headers instead of the refusal, and with nothing that may be absent. */
  private static final String SPARSE_REFRESH =
      """
      02020200000000000000050280e0ba84bf03f403a01fc413c0b802a01fc80100
      0000000000000000000000000000000000000000000000000000020000020000
      0002feffffffffffffffff01c0fc15b06dfeffffffffffffffff01f4030000""";

  private static final String LEDGER =
      """
      020208fffffffffffffffdd00f00000000000027100000000000004e208407c0
      fc153c0602060204d8048084af5f08b009a01f880e00000000d00fa006020600
      000000000000099f1fcf0f9f1f02009f9c81808080808080010103a09c0116de
      e3feffffffffffff0104c0bb011a6463feffffffffffffffff01feffffffffff
      ffffff019f9c018080808020b717af09ef2e0402000000000000000500000000
      9f9c81808080808080019f9c81808080808080010000000002000002000000ff
      ffffff1f00000004fffffffffffffffe089a01f02ee012a01fc701c41302c03e
      801998b3e6cc01e0c508c0b503aad5aad50a8827c00c180df403c80102d00f04
      06d0e73608cf0f02e807904e0c""";

  private static final long MILLISECOND = 1_000_000;
  private static final long WINDOW = 60_000 * MILLISECOND;
  private static final Timing TIMING = new Timing(WINDOW, 250, 2_000, 1_250, 20_000, 2_000, 100);
  private static final Limits LIMITS = new Limits(450, 180_000, 30);
  private static final Voters VOTERS = new Voters(3, 1, List.of(1L, 2L, 300L));
  private static final HardState STATE = new HardState(new Bond(3, 0x1122334455667788L), VOTERS);
  private static final Wants WANTS =
      new Wants(
          new Group(Amount.of(4, 1_600), FairShare.WHOLE / 20),
          new Group(Amount.of(70, 28_000), FairShare.WHOLE / 3),
          new Amount(2_500, 800),
          12);

  @Test
  void aHardState() throws IOException {
    assertFrozen(HARD_STATE, BinaryForm.HARD_STATE, STATE);
  }

  @Test
  void aReply() throws IOException {
    assertFrozen(REPLY, BinaryForm.REPLY, reply(Amount.of(3, 1_200)));
  }

  /** Its revision is the second byte, and what others use was added to it. */
  @Test
  void aReplyOfThePreviousRevision() throws IOException {
    String before =
        REPLY.replace("\n", "").replaceFirst("^0202", "0200").replaceFirst("f02ee012$", "");
    assertEquals(reply(Amount.ZERO), BinaryForm.REPLY.read(HexFormat.of().parseHex(before)));
    assertEquals(reply(Amount.ZERO), PreviousRevision.of(reply(Amount.of(3, 1_200))));
  }

  private static Reply reply(Amount foreign) {
    Status status =
        new Status(
            State.NO_MAJORITY, 5 * MILLISECOND, 1, 2, new Scarcity(Delay.Bound.TOKENS, true));
    return new Reply(
        -2,
        77,
        new Stamp(new Bond(4, -3), 123_456_789),
        Joining.OPEN,
        new Bond(3, 9),
        true,
        Amount.of(5, 2_000),
        Amount.of(449, 170_000),
        2_000 * MILLISECOND,
        FairShare.WHOLE,
        30,
        false,
        LIMITS,
        Amount.of(400, 150_000),
        VOTERS,
        status,
        foreign);
  }

  @Test
  void aRefresh() throws IOException {
    assertFrozen(REFRESH, BinaryForm.REFRESH, refresh(120));
  }

  /** Its revision is the second byte, and the echo's age was added to it. */
  @Test
  void aRefreshOfThePreviousRevision() throws IOException {
    String before =
        REFRESH.replace("\n", "").replaceFirst("^0202", "0200").replaceFirst("f001$", "");
    assertEquals(refresh(0), BinaryForm.REFRESH.read(HexFormat.of().parseHex(before)));
    assertEquals(refresh(0), PreviousRevision.of(refresh(120)));
  }

  private static Refresh refresh(long echoAge) {
    return new Refresh(
        2,
        -2,
        78,
        TIMING,
        new Bond(3, 9),
        STATE,
        new Stamp(new Bond(4, -3), 123_456_789),
        1_250,
        new Amount(1_500, 600),
        List.of(new Landing(77, 40, Amount.of(1, 400)), new Landing(78, 0, Amount.of(1, 1))),
        new Recollection(
            3, 4, Amount.of(449, 1), 300, 400, 500, List.of(new Aged(50, Amount.of(3, 9)))),
        WANTS,
        new Evidence.Refusal(3_000),
        true,
        echoAge);
  }

  @Test
  void aRefreshOfANodeThatHasJustStarted() throws IOException {
    long all = Long.MAX_VALUE;
    assertFrozen(
        SPARSE_REFRESH,
        BinaryForm.REFRESH,
        new Refresh(
            1,
            5,
            1,
            TIMING,
            Bond.NONE,
            HardState.NONE,
            null,
            0,
            Amount.ZERO,
            List.of(),
            null,
            Wants.NOTHING,
            new Evidence.Headers(new Amount(all, 180_000), new Amount(7_000, all), 250),
            false,
            0));
  }

  @Test
  void aLedger() throws IOException {
    Ledger ledger = ledger();
    byte[] bytes = BinaryForm.LEDGER.write(ledger);
    assertEquals(LEDGER, hex(bytes));
    Ledgers.assertSame(ledger, BinaryForm.LEDGER.read(bytes));
  }

  @Test
  void thePlacesOfWhatThereIsToChooseFrom() {
    assertEquals(
        "[GATHERING, OPEN, SEALED] [OUTSIDE, LEFT, JOINED, BOOKED, CONTINUED]",
        LedgerForm.PHASES + " " + LedgerForm.STANDINGS);
    assertEquals(
        "[CLOSED, OPEN, REFUSED] [REQUESTS, TOKENS, REQUESTS_PER_SECOND]",
        ReplyForm.JOININGS + " " + ReplyForm.BOUNDS);
    assertEquals(
        "[NORMAL, GATHERING, QUARANTINE, REFUSED, NO_MAJORITY, SEALED]",
        ReplyForm.STATES.toString());
  }

  /** What is ending of what nodes testify was added to it. */
  @Test
  void aLedgerOfThePreviousRevision() throws IOException {
    Ledger ledger = ledger();
    ledger.holders.replaceAll(
        holder ->
            holder.testimony() == null
                ? holder
                : holder.testifying(holder.testimony().ending(List.of())));
    String before =
        LEDGER.replace("\n", "").replaceFirst("^0202", "0200").replaceFirst("02e807904e0c$", "");
    Ledgers.assertSame(ledger, BinaryForm.LEDGER.read(HexFormat.of().parseHex(before)));
    Ledgers.assertSame(ledger, PreviousRevision.of(ledger()));
  }

  private static Ledger ledger() {
    Bookings bookings =
        Bookings.none(Values.SLOT)
            .with(WINDOW, Amount.of(2, 900))
            .with(WINDOW + 3 * Values.SLOT, Amount.of(1, 400));
    Ledger ledger = new Ledger(4, -3, LIMITS, VOTERS, bookings);
    ledger.version = 1_000;
    ledger.phase = Phase.OPEN;
    ledger.continues = new Bond(3, 9);
    ledger.asOf = new Moment(10_000, 20_000);
    ledger.awake = new Moment(9_000, 18_000);
    ledger.since = 8_000;
    ledger.convened = true;
    ledger.blank = false;
    ledger.votesFrom = Holder.NEVER;
    ledger.majorityAt = 9_999;
    ledger.votersSince = 9_998;
    ledger.unknown = Amount.of(10, 11);
    ledger.unknownUntil = Long.MAX_VALUE;
    ledger.unknownEpoch = 2;
    ledger.foreign = Amount.of(12, 13);
    ledger.foreignUntil = 10_050;
    ledger.refusedUntil = 9_950;
    ledger.cap = Ledger.UNCAPPED;
    ledger.capUntil = 0;
    ledger.level = FairShare.WHOLE;
    ledger.paced = new Amount(-1_500, -600);
    ledger.pacedFrom = 7_000;
    ledger.put(Holder.heard(1, 5));
    ledger.put(
        new Holder(
            2,
            -2,
            Standing.CONTINUED,
            77,
            new Lease(Amount.of(3, 1_200), 12_000),
            new Vote(9_900, 1_250, true),
            new Claim(WANTS, FairShare.WHOLE - 7, new Amount(250, 100)),
            new Testimony(
                Amount.of(1, 2),
                List.of(new Ending(10_500, Amount.of(5, 6))),
                3,
                Amount.of(449, 4),
                9_000)));
    return ledger;
  }

  private static <T> void assertFrozen(String frozen, BinaryForm<T> form, T value)
      throws IOException {
    byte[] bytes = form.write(value);
    assertEquals(frozen, hex(bytes));
    assertEquals(value, form.read(bytes));
  }

  /** In lines of 32 bytes. */
  private static String hex(byte[] bytes) {
    StringBuilder lines = new StringBuilder();
    for (int at = 0; at < bytes.length; at += 32) {
      byte[] line = Arrays.copyOfRange(bytes, at, Math.min(at + 32, bytes.length));
      lines.append(at == 0 ? "" : "\n").append(HexFormat.of().formatHex(line));
    }
    return lines.toString();
  }
}
