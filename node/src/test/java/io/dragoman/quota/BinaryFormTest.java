package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Values come back as they were; what other releases wrote is understood; damage is told. */
class BinaryFormTest {

  @Property(tries = 300)
  void aLedgerComesBack(@ForAll Random random) throws IOException {
    Ledger ledger = new Values(random).ledger();
    Ledgers.assertSame(ledger, BinaryForm.LEDGER.read(BinaryForm.LEDGER.write(ledger)));
  }

  @Property
  void aRefreshComesBack(@ForAll Random random) throws IOException {
    assertComesBack(BinaryForm.REFRESH, new Values(random).refresh());
  }

  @Property
  void aReplyComesBack(@ForAll Random random) throws IOException {
    assertComesBack(BinaryForm.REPLY, new Values(random).reply());
  }

  @Property
  void aHardStateComesBack(@ForAll Random random) throws IOException {
    assertComesBack(BinaryForm.HARD_STATE, new Values(random).hardState());
  }

  @Property
  void aNumberTakesAByteForEverySevenBits(@ForAll long value) {
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    // The sign goes to the lowest bit.
    long rest = value >= 0 ? 2 * value : -2 * (value + 1) + 1;
    for (; rest >>> 7 != 0; rest >>>= 7) {
      expected.write((int) ((rest & 0x7f) | 0x80));
    }
    expected.write((int) rest);
    Writer out = new Writer();
    out.number(value);
    assertArrayEquals(expected.toByteArray(), out.bytes());
    assertEquals(value, new Reader(out.bytes()).number());
  }

  // Releases side by side.

  /** A field that the next release adds, and gives a default of 42. */
  private record Later(HardState state, long added) {}

  private static final BinaryForm<Later> NEXT =
      new BinaryForm<>(
          "hard state",
          1,
          1,
          (out, later) -> {
            Parts.write(out, later.state);
            out.number(later.added);
          },
          in -> new Later(Parts.hardState(in), in.left() == 0 ? 42 : in.number()));

  @Property
  void aFieldThatALaterReleaseAddsIsPassedOver(@ForAll Random random, @ForAll long added)
      throws IOException {
    HardState state = new Values(random).hardState();
    assertEquals(state, BinaryForm.HARD_STATE.read(NEXT.write(new Later(state, added))));
    assertEquals(new Later(state, added), NEXT.read(NEXT.write(new Later(state, added))));
    assertEquals(new Later(state, 42), NEXT.read(BinaryForm.HARD_STATE.write(state)));
  }

  @Property(tries = 100)
  void whatLaterRevisionsAddIsPassedOverInEveryKind(@ForAll Random random) throws IOException {
    Values values = new Values(random);
    Ledger ledger = values.ledger();
    Ledgers.assertSame(ledger, BinaryForm.LEDGER.read(added(BinaryForm.LEDGER.write(ledger))));
    Refresh refresh = values.refresh();
    assertEquals(refresh, BinaryForm.REFRESH.read(added(BinaryForm.REFRESH.write(refresh))));
    Reply reply = values.reply();
    assertEquals(reply, BinaryForm.REPLY.read(added(BinaryForm.REPLY.write(reply))));
  }

  @Example
  void aNewerFormatIsRefusedWithWhatToDo() {
    BinaryForm<HardState> newer =
        new BinaryForm<>("hard state", 2, 0, Parts::write, Parts::hardState);
    UnknownFormatException refused =
        assertThrows(
            UnknownFormatException.class,
            () -> BinaryForm.HARD_STATE.read(newer.write(HardState.NONE)));
    assertEquals(
        "this hard state was written by a newer release, in format 2, and this node knows 1: deploy"
            + " that release here",
        refused.getMessage());
  }

  // Damage.

  @Property(tries = 10)
  void whatIsCutOffIsRefused(@ForAll Random random) {
    Values values = new Values(random);
    assertNoneIsCutOff(BinaryForm.LEDGER, values.ledger());
    assertNoneIsCutOff(BinaryForm.REFRESH, values.refresh());
    assertNoneIsCutOff(BinaryForm.REPLY, values.reply());
    assertNoneIsCutOff(BinaryForm.HARD_STATE, values.hardState());
  }

  @Property
  void damageNeverDoesWorseThanToBeRefused(@ForAll Random random) {
    Values values = new Values(random);
    readDamaged(BinaryForm.LEDGER, values.ledger(), random);
    readDamaged(BinaryForm.REFRESH, values.refresh(), random);
    readDamaged(BinaryForm.REPLY, values.reply(), random);
    readDamaged(BinaryForm.HARD_STATE, values.hardState(), random);
  }

  @Property
  void anythingElseIsReadOrRefused(@ForAll byte[] bytes, @ForAll Random random) {
    byte[] headed = new byte[2 + bytes.length + random.nextInt(200)];
    random.nextBytes(headed);
    System.arraycopy(bytes, 0, headed, 2, bytes.length);
    headed[0] = 2;
    headed[1] = 0;
    for (byte[] any : List.of(bytes, headed)) {
      readOrRefuse(BinaryForm.LEDGER, any);
      readOrRefuse(BinaryForm.REFRESH, any);
      readOrRefuse(BinaryForm.REPLY, any);
      readOrRefuse(BinaryForm.HARD_STATE, any);
    }
  }

  @Example
  void damageIsToldInOneSentence() {
    byte[] whole = BinaryForm.HARD_STATE.write(HardState.NONE);
    assertRefused("this hard state is damaged: it ends too early", new byte[0]);
    assertRefused(
        "this hard state is damaged: it ends too early", Arrays.copyOf(whole, whole.length - 1));
    assertRefused(
        "this hard state is damaged: bytes left over: 1", Arrays.copyOf(whole, whole.length + 1));
    assertRefused("this hard state is damaged: there is no revision 0.0", changed(whole, 0, 0));
    assertRefused("this hard state is damaged: there is no revision 1.-1", changed(whole, 1, 1));
    assertRefused("this hard state is damaged: 2 is none of 0 to 1", changed(whole, 11, 4));
  }

  @Example
  void aNumberThatNothingCanHoldIsDamage() {
    byte[] endless = new byte[10];
    Arrays.fill(endless, (byte) 0xff);
    assertRefused("this hard state is damaged: a number does not end", endless);
    assertRefused("this hard state is damaged: a number is too large", changed(endless, 9, 2));
    Writer out = new Writer();
    out.number(1L << 31);
    IllegalArgumentException damage =
        assertThrows(IllegalArgumentException.class, () -> new Reader(out.bytes()).integer());
    assertEquals("2147483648 is too large", damage.getMessage());
  }

  @Example
  void slotsWithoutLengthAreDamage() {
    Writer out = new Writer();
    out.number(0);
    out.number(1);
    out.number(0);
    out.amount(Amount.ZERO);
    IllegalArgumentException damage =
        assertThrows(
            IllegalArgumentException.class, () -> Bookings.read(new Reader(out.bytes()), 0));
    assertEquals("slots of 0 ns", damage.getMessage());
  }

  @Example
  void aCountIsNotBelievedBeforeWhatItCounts() {
    Writer out = new Writer();
    out.number(1);
    out.number(0);
    out.number(0);
    out.word(0);
    out.flag(true);
    out.number(0);
    out.number(0);
    out.number(Integer.MAX_VALUE);
    assertRefused("this hard state is damaged: 2147483647 values in 0 bytes", out.bytes());
  }

  @Example
  void whatAValueForbidsIsDamage() {
    assertRefused(
        "this hard state is damaged: nodes do not ascend",
        BinaryForm.HARD_STATE.write(
            new HardState(Refresh.Bond.NONE, new Voters(0, 0, List.of(2L, 1L)))));
    Ledger ledger = new Values(new Random(1)).ledger();
    ledger.holders = List.of(Holder.heard(2, 0), Holder.heard(2, 1));
    MalformedException refused =
        assertThrows(
            MalformedException.class,
            () -> BinaryForm.LEDGER.read(BinaryForm.LEDGER.write(ledger)));
    assertEquals("this ledger is damaged: nodes do not ascend", refused.getMessage());
  }

  private static <T> void assertComesBack(BinaryForm<T> form, T value) throws IOException {
    assertEquals(value, form.read(form.write(value)));
  }

  private static void assertRefused(String sentence, byte[] bytes) {
    MalformedException refused =
        assertThrows(MalformedException.class, () -> BinaryForm.HARD_STATE.read(bytes));
    assertEquals(sentence, refused.getMessage());
  }

  private static <T> void assertNoneIsCutOff(BinaryForm<T> form, T value) {
    byte[] whole = form.write(value);
    for (int length = 0; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThrows(MalformedException.class, () -> form.read(part));
    }
  }

  private static <T> void readDamaged(BinaryForm<T> form, T value, Random random) {
    byte[] bytes = form.write(value);
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    readOrRefuse(form, bytes);
  }

  private static <T> void readOrRefuse(BinaryForm<T> form, byte[] bytes) {
    try {
      form.read(bytes);
    } catch (UnknownFormatException | MalformedException refused) {
      assertTrue(String.valueOf(refused.getMessage()).startsWith("this "), refused.toString());
    }
  }

  /** The same in a later revision, with more at its end. */
  private static byte[] added(byte[] bytes) {
    byte[] later = Arrays.copyOf(bytes, bytes.length + 3);
    later[1] += 2;
    later[later.length - 1] = 77;
    return later;
  }

  private static byte[] changed(byte[] bytes, int at, int value) {
    byte[] changed = bytes.clone();
    changed[at] = (byte) value;
    return changed;
  }
}
