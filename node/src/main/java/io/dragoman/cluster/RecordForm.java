package io.dragoman.cluster;

import io.dragoman.pipeline.Caption;
import io.dragoman.session.SessionEvent;
import io.dragoman.session.SessionRecord;
import io.dragoman.session.SessionRecord.Owed;
import io.dragoman.session.SessionRecord.Owner;
import io.dragoman.session.SessionRecord.Tokens;
import io.dragoman.session.SessionTerms;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * A session's record in bytes, and its parts, as {@link SessionTypes} has them. Each event has a
 * {@link Frame} of its own, and each caption that is owed.
 */
final class RecordForm {
  private RecordForm() {}

  private static final List<Caption.Role> ROLES =
      List.of(Caption.Role.SOURCE, Caption.Role.CORRECTED, Caption.Role.TRANSLATION);

  private static final int SAID = 0;
  private static final int COVERED = 1;
  private static final int GAP = 2;

  static void write(DataOutput out, SessionRecord record) throws IOException {
    Frame.writeText(out, record.sid());
    write(out, record.terms());
    out.writeLong(record.startedAtMs());
    write(out, record.owner());
    Frame.writeText(out, record.tokens().used());
    Frame.writeText(out, record.tokens().current());
    out.writeLong(record.seq());
    out.writeLong(record.segment());
    out.writeLong(record.settled());
    writeEvents(out, record.events());
    Frame.writeList(out, record.owed(), RecordForm::write);
    out.writeLong(record.carriedSinceMs());
    out.writeLong(record.resumableUntilMs());
  }

  static SessionRecord read(DataInputStream in) throws IOException {
    return new SessionRecord(
        Frame.readText(in),
        readTerms(in),
        in.readLong(),
        readOwner(in),
        new Tokens(Frame.readText(in), Frame.readText(in)),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        readEvents(in),
        Frame.readList(in, RecordForm::readOwed),
        Frame.goesOn(in) ? in.readLong() : 0,
        Frame.goesOn(in) ? in.readLong() : Long.MAX_VALUE);
  }

  static void write(DataOutput out, SessionTerms terms) throws IOException {
    Frame.writeText(out, terms.kind());
    out.writeInt(terms.sampleRate());
    Frame.writeTexts(out, terms.source());
    Frame.writeTexts(out, terms.targets());
    out.writeBoolean(terms.correct());
  }

  static SessionTerms readTerms(DataInputStream in) throws IOException {
    return new SessionTerms(
        Frame.readText(in),
        in.readInt(),
        Frame.readTexts(in),
        Frame.readTexts(in),
        in.readBoolean());
  }

  static void write(DataOutput out, Owner owner) throws IOException {
    Frame.writeText(out, owner.node());
    out.writeLong(owner.claim());
    out.writeInt(owner.epoch());
  }

  static Owner readOwner(DataInputStream in) throws IOException {
    return new Owner(Frame.readText(in), in.readLong(), in.readInt());
  }

  static void writeEvents(DataOutput out, List<SessionEvent> events) throws IOException {
    Frame.writeList(out, events, RecordForm::write);
  }

  static List<SessionEvent> readEvents(DataInputStream in) throws IOException {
    return Frame.readList(in, RecordForm::readEvent);
  }

  private static void write(DataOutput out, SessionEvent event) throws IOException {
    switch (event) {
      case SessionEvent.Said(long seq, int epoch, Caption.Final caption) -> {
        out.writeByte(SAID);
        out.writeLong(seq);
        out.writeInt(epoch);
        write(out, caption);
      }
      case SessionEvent.Covered(long seq, long sample) -> {
        out.writeByte(COVERED);
        out.writeLong(seq);
        out.writeLong(sample);
      }
      case SessionEvent.Gap(long seq, long from, long to) -> {
        out.writeByte(GAP);
        out.writeLong(seq);
        out.writeLong(from);
        out.writeLong(to);
      }
    }
  }

  private static SessionEvent readEvent(DataInputStream in) throws IOException {
    byte kind = in.readByte();
    return switch (kind) {
      case SAID -> new SessionEvent.Said(in.readLong(), in.readInt(), readCaption(in));
      case COVERED -> new SessionEvent.Covered(in.readLong(), in.readLong());
      case GAP -> new SessionEvent.Gap(in.readLong(), in.readLong(), in.readLong());
      default -> throw SessionTypes.unknown("event", kind);
    };
  }

  private static void write(DataOutput out, Owed owed) throws IOException {
    out.writeByte(ROLES.indexOf(owed.role()));
    Frame.writeText(out, owed.language());
    write(out, owed.said());
  }

  private static Owed readOwed(DataInputStream in) throws IOException {
    return new Owed(
        SessionTypes.choice(ROLES, in.readByte(), "role"), Frame.readText(in), readCaption(in));
  }

  private static void write(DataOutput out, Caption.Final caption) throws IOException {
    out.writeByte(ROLES.indexOf(caption.role()));
    Frame.writeText(out, caption.language());
    out.writeLong(caption.segment());
    out.writeInt(caption.revision());
    out.writeLong(caption.startSample());
    out.writeLong(caption.endSample());
    Frame.writeText(out, caption.text());
  }

  private static Caption.Final readCaption(DataInputStream in) throws IOException {
    return new Caption.Final(
        SessionTypes.choice(ROLES, in.readByte(), "role"),
        Frame.readText(in),
        in.readLong(),
        in.readInt(),
        in.readLong(),
        in.readLong(),
        Frame.readText(in));
  }
}
