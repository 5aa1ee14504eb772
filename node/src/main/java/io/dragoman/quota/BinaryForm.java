package io.dragoman.quota;

import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * How the quota's values travel between nodes, and lie in files: compact bytes, which the previous
 * release and the next one understand as well. Immutable.
 *
 * <p>A <i>number</i> takes one byte for every seven bits (little-endian base 128, the sign in the
 * lowest bit); a <i>word</i> takes eight bytes, the highest first; an amount is two numbers,
 * requests and tokens; a flag, and one of a few values, is a number, the place among them; a list
 * is how many there are, and each; what may be absent is a flag, and the value if it is there. The
 * fields of each kind, in their order, are those of {@link LedgerForm}, {@link RefreshForm}, {@link
 * ReplyForm} and, of what they share, {@link Parts}.
 *
 * <h2>Versions</h2>
 *
 * Two numbers come first: the <i>format</i>, which a reader must know, and the <i>revision</i>, how
 * often fields were added to it.
 *
 * <ul>
 *   <li>A release that adds a field puts it at the end of the whole (of what there are many, one
 *       for each, in the same order) and raises the revision. An older reader ignores what follows
 *       after its own last field. A newer one gives the field a default where an older value ends
 *       before it; and as an older owner of a ledger writes on only what it knows, nothing may rest
 *       on the field before the whole cluster runs the newer release.
 *   <li>Any other change raises the format: another meaning, a field less, one value more to choose
 *       from. It takes two releases: one that reads both formats and writes the older, and after it
 *       one that writes the newer. So two successive releases always read each other.
 * </ul>
 */
public final class BinaryForm<T> {

  public static final BinaryForm<Ledger> LEDGER =
      new BinaryForm<>("ledger", 1, 1, LedgerForm::write, LedgerForm::read);

  public static final BinaryForm<Refresh> REFRESH =
      new BinaryForm<>("refresh", 1, 1, RefreshForm::write, RefreshForm::read);

  public static final BinaryForm<Reply> REPLY =
      new BinaryForm<>("reply", 1, 1, ReplyForm::write, ReplyForm::read);

  /** By itself, as a node stores it. */
  public static final BinaryForm<HardState> HARD_STATE =
      new BinaryForm<>("hard state", 1, 0, Parts::write, Parts::hardState);

  private final String kind;
  private final int format;
  private final int revision;
  private final BiConsumer<Writer, T> writer;
  private final Function<Reader, T> reader;

  BinaryForm(
      String kind,
      int format,
      int revision,
      BiConsumer<Writer, T> writer,
      Function<Reader, T> reader) {
    this.kind = kind;
    this.format = format;
    this.revision = revision;
    this.writer = writer;
    this.reader = reader;
  }

  /** A value as bytes. A ledger must have been published: it may not change meanwhile. */
  public byte[] write(T value) {
    Writer out = new Writer();
    out.number(format);
    out.number(revision);
    writer.accept(out, value);
    return out.bytes();
  }

  /**
   * A value from its bytes, which are not kept.
   *
   * @throws UnknownFormatException if a newer release wrote it in a format that is not known here
   * @throws MalformedException if the bytes are no value of this kind
   */
  public T read(byte[] bytes) throws UnknownFormatException, MalformedException {
    try {
      Reader in = new Reader(bytes);
      long written = in.number();
      if (written > format) {
        throw new UnknownFormatException(
            "this %s was written by a newer release, in format %d, and this node knows %d: deploy"
                    .formatted(kind, written, format)
                + " that release here");
      }
      long revised = in.number();
      if (written < format || revised < 0) {
        throw Reader.damage("there is no revision %d.%d".formatted(written, revised));
      }
      in.isOf(revised);
      T value = reader.apply(in);
      if (revised <= revision && in.left() > 0) {
        throw Reader.damage("bytes left over: %d".formatted(in.left()));
      }
      return value;
    } catch (IllegalArgumentException wrong) {
      throw new MalformedException(
          "this %s is damaged: %s".formatted(kind, wrong.getMessage()), wrong);
    }
  }
}
