package io.dragoman.quota;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * What is left of values on their way through a release that knows no field which this revision
 * added: it passes over them, and does not write them.
 */
final class PreviousRevision {
  private static final BinaryForm<Ledger> LEDGER =
      previous("ledger", LedgerForm::write, LedgerForm::read);
  private static final BinaryForm<Refresh> REFRESH =
      previous("refresh", RefreshForm::write, RefreshForm::read);
  private static final BinaryForm<Reply> REPLY =
      previous("reply", ReplyForm::write, ReplyForm::read);

  private PreviousRevision() {}

  private static <T> BinaryForm<T> previous(
      String kind, BiConsumer<Writer, T> writer, Function<Reader, T> reader) {
    return new BinaryForm<>(
        kind,
        1,
        0,
        writer,
        in -> {
          in.isOf(0);
          return reader.apply(in);
        });
  }

  static Ledger of(Ledger ledger) {
    return through(LEDGER, BinaryForm.LEDGER, ledger);
  }

  static Refresh of(Refresh refresh) {
    return through(REFRESH, BinaryForm.REFRESH, refresh);
  }

  static Reply of(Reply reply) {
    return through(REPLY, BinaryForm.REPLY, reply);
  }

  private static <T> T through(BinaryForm<T> previous, BinaryForm<T> now, T value) {
    try {
      return previous.read(now.write(value));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
