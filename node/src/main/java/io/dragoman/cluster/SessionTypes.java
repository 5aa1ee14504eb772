package io.dragoman.cluster;

import com.hazelcast.config.SerializationConfig;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import io.dragoman.pipeline.Caption;
import io.dragoman.session.SessionAnswer;
import io.dragoman.session.SessionChange;
import io.dragoman.session.SessionEvent;
import io.dragoman.session.SessionRecord;
import io.dragoman.session.SessionRecord.Owed;
import io.dragoman.session.SessionRecord.Owner;
import io.dragoman.session.SessionRecord.Tokens;
import io.dragoman.session.SessionTerms;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * How sessions' records travel between nodes, and what is asked and answered of them.
 *
 * <p>As in {@link GridTypes}, a version comes first. A release that adds a field to a record puts
 * it at the end, where an older one passes over it, so in whatever holds a record it comes last; a
 * newer one gives the field a default where an older record ends before it ({@link #REVISION}). One
 * more kind of event, change or reason may be sent only when the whole cluster knows it.
 */
final class SessionTypes {
  private SessionTypes() {}

  /** How often fields were added at the end of a record. */
  private static final byte REVISION = 1;

  private static final List<Caption.Role> ROLES =
      List.of(Caption.Role.SOURCE, Caption.Role.CORRECTED, Caption.Role.TRANSLATION);

  private static final List<SessionAnswer.Reason> REASONS =
      List.of(
          SessionAnswer.Reason.IN_USE,
          SessionAnswer.Reason.UNKNOWN,
          SessionAnswer.Reason.TAKEN_OVER,
          SessionAnswer.Reason.BEHIND,
          SessionAnswer.Reason.WRONG_TOKEN,
          SessionAnswer.Reason.FORGOTTEN,
          SessionAnswer.Reason.OTHER_TERMS,
          SessionAnswer.Reason.ENDED);

  private static final int SAID = 0;
  private static final int COVERED = 1;
  private static final int GAP = 2;

  private static final int BEGIN = 0;
  private static final int RESUME = 1;
  private static final int APPEND = 2;
  private static final int RENEW = 3;
  private static final int RESTORE = 4;
  private static final int LEAVE = 5;
  private static final int END = 6;
  private static final int READ = 7;
  private static final int ERASE = 8;

  private static final int DONE = 0;
  private static final int HELD = 1;
  private static final int REFUSED = 2;

  /**
   * @param copies for operations that a member receives
   */
  static void register(SerializationConfig config, Copies copies) {
    GridTypes.add(config, 20, SessionRecord.class, SessionTypes::write, SessionTypes::readRecord);
    GridTypes.add(
        config,
        21,
        SessionOperation.class,
        (out, operation) -> {
          out.writeLong(operation.resumableUntilMs());
          out.writeInt(operation.keptS());
          out.writeInt(operation.transcriptS());
          write(out, operation.change());
        },
        in -> readOperation(in, copies));
    GridTypes.add(config, 22, SessionAnswer.class, SessionTypes::write, SessionTypes::readAnswer);
  }

  private static SessionOperation readOperation(ObjectDataInput in, Copies copies)
      throws IOException {
    long resumableUntilMs = in.readLong();
    int keptS = in.readInt();
    int transcriptS = in.readInt();
    return new SessionOperation(copies, readChange(in), resumableUntilMs, keptS, transcriptS);
  }

  private static void write(ObjectDataOutput out, SessionAnswer answer) throws IOException {
    switch (answer) {
      case SessionAnswer.Done(long seq) -> {
        out.writeByte(DONE);
        out.writeLong(seq);
      }
      case SessionAnswer.Held(SessionRecord record) -> {
        out.writeByte(HELD);
        write(out, record);
      }
      case SessionAnswer.Refused(SessionAnswer.Reason reason) -> {
        out.writeByte(REFUSED);
        out.writeByte(REASONS.indexOf(reason));
      }
    }
  }

  private static SessionAnswer readAnswer(ObjectDataInput in) throws IOException {
    byte kind = in.readByte();
    return switch (kind) {
      case DONE -> new SessionAnswer.Done(in.readLong());
      case HELD -> new SessionAnswer.Held(readRecord(in));
      case REFUSED -> new SessionAnswer.Refused(choice(REASONS, in.readByte(), "reason"));
      default -> throw unknown("answer", kind);
    };
  }

  private static void write(ObjectDataOutput out, SessionChange change) throws IOException {
    switch (change) {
      case SessionChange.Begin(SessionRecord fresh) -> {
        out.writeByte(BEGIN);
        write(out, fresh);
      }
      case SessionChange.Resume resume -> {
        out.writeByte(RESUME);
        write(out, resume.next());
        out.writeLong(resume.askedAtMs());
        write(out, resume.terms());
        out.writeString(resume.token());
        out.writeString(resume.fresh());
        out.writeLong(resume.lastSeq());
        out.writeLong(resume.oldestSample());
        out.writeBoolean(resume.givesUp());
      }
      case SessionChange.Append(Owner owner, List<SessionEvent> events) -> {
        out.writeByte(APPEND);
        write(out, owner);
        writeList(out, events, SessionTypes::write);
      }
      case SessionChange.Renew(Owner owner) -> writeOwned(out, RENEW, owner);
      case SessionChange.Restore(SessionRecord known) -> {
        out.writeByte(RESTORE);
        write(out, known);
      }
      case SessionChange.Leave(Owner owner) -> writeOwned(out, LEAVE, owner);
      case SessionChange.End(Owner owner) -> writeOwned(out, END, owner);
      case SessionChange.Read(String token) -> {
        out.writeByte(READ);
        out.writeString(token);
      }
      case SessionChange.Erase(String token) -> {
        out.writeByte(ERASE);
        out.writeString(token);
      }
    }
  }

  private static void writeOwned(ObjectDataOutput out, int kind, Owner owner) throws IOException {
    out.writeByte(kind);
    write(out, owner);
  }

  private static SessionChange readChange(ObjectDataInput in) throws IOException {
    byte kind = in.readByte();
    return switch (kind) {
      case BEGIN -> new SessionChange.Begin(readRecord(in));
      case RESUME ->
          new SessionChange.Resume(
              readOwner(in),
              in.readLong(),
              readTerms(in),
              GridTypes.readString(in),
              GridTypes.readString(in),
              in.readLong(),
              in.readLong(),
              in.readBoolean());
      case APPEND -> new SessionChange.Append(readOwner(in), readList(in, SessionTypes::readEvent));
      case RENEW -> new SessionChange.Renew(readOwner(in));
      case RESTORE -> new SessionChange.Restore(readRecord(in));
      case LEAVE -> new SessionChange.Leave(readOwner(in));
      case END -> new SessionChange.End(readOwner(in));
      case READ -> new SessionChange.Read(GridTypes.readString(in));
      case ERASE -> new SessionChange.Erase(GridTypes.readString(in));
      default -> throw unknown("change", kind);
    };
  }

  private static void write(ObjectDataOutput out, SessionRecord record) throws IOException {
    out.writeByte(REVISION);
    out.writeString(record.sid());
    write(out, record.terms());
    out.writeLong(record.startedAtMs());
    write(out, record.owner());
    out.writeString(record.tokens().used());
    out.writeString(record.tokens().current());
    out.writeLong(record.seq());
    out.writeLong(record.segment());
    out.writeLong(record.settled());
    writeList(out, record.events(), SessionTypes::write);
    writeList(out, record.owed(), SessionTypes::write);
    out.writeLong(record.carriedSinceMs());
    out.writeLong(record.resumableUntilMs());
  }

  private static SessionRecord readRecord(ObjectDataInput in) throws IOException {
    byte revision = in.readByte();
    return new SessionRecord(
        GridTypes.readString(in),
        readTerms(in),
        in.readLong(),
        readOwner(in),
        new Tokens(GridTypes.readString(in), GridTypes.readString(in)),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        readList(in, SessionTypes::readEvent),
        readList(in, SessionTypes::readOwed),
        revision < 1 ? 0 : in.readLong(),
        revision < 1 ? Long.MAX_VALUE : in.readLong());
  }

  private static void write(ObjectDataOutput out, SessionTerms terms) throws IOException {
    out.writeString(terms.kind());
    out.writeInt(terms.sampleRate());
    writeList(out, terms.source(), ObjectDataOutput::writeString);
    writeList(out, terms.targets(), ObjectDataOutput::writeString);
    out.writeBoolean(terms.correct());
  }

  private static SessionTerms readTerms(ObjectDataInput in) throws IOException {
    return new SessionTerms(
        GridTypes.readString(in),
        in.readInt(),
        readList(in, GridTypes::readString),
        readList(in, GridTypes::readString),
        in.readBoolean());
  }

  private static void write(ObjectDataOutput out, Owner owner) throws IOException {
    out.writeString(owner.node());
    out.writeLong(owner.claim());
    out.writeInt(owner.epoch());
  }

  private static Owner readOwner(ObjectDataInput in) throws IOException {
    return new Owner(GridTypes.readString(in), in.readLong(), in.readInt());
  }

  private static void write(ObjectDataOutput out, SessionEvent event) throws IOException {
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

  private static SessionEvent readEvent(ObjectDataInput in) throws IOException {
    byte kind = in.readByte();
    return switch (kind) {
      case SAID -> new SessionEvent.Said(in.readLong(), in.readInt(), readCaption(in));
      case COVERED -> new SessionEvent.Covered(in.readLong(), in.readLong());
      case GAP -> new SessionEvent.Gap(in.readLong(), in.readLong(), in.readLong());
      default -> throw unknown("event", kind);
    };
  }

  private static void write(ObjectDataOutput out, Owed owed) throws IOException {
    out.writeByte(ROLES.indexOf(owed.role()));
    out.writeString(owed.language());
    write(out, owed.said());
  }

  private static Owed readOwed(ObjectDataInput in) throws IOException {
    return new Owed(
        choice(ROLES, in.readByte(), "role"), GridTypes.readString(in), readCaption(in));
  }

  private static void write(ObjectDataOutput out, Caption.Final caption) throws IOException {
    out.writeByte(ROLES.indexOf(caption.role()));
    out.writeString(caption.language());
    out.writeLong(caption.segment());
    out.writeInt(caption.revision());
    out.writeLong(caption.startSample());
    out.writeLong(caption.endSample());
    out.writeString(caption.text());
  }

  private static Caption.Final readCaption(ObjectDataInput in) throws IOException {
    return new Caption.Final(
        choice(ROLES, in.readByte(), "role"),
        GridTypes.readString(in),
        in.readLong(),
        in.readInt(),
        in.readLong(),
        in.readLong(),
        GridTypes.readString(in));
  }

  private static <T> void writeList(ObjectDataOutput out, List<T> values, GridTypes.Writer<T> each)
      throws IOException {
    out.writeInt(values.size());
    for (T value : values) {
      each.write(out, value);
    }
  }

  private static <T> List<T> readList(ObjectDataInput in, GridTypes.Reader<T> each)
      throws IOException {
    List<T> values = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      values.add(each.read(in));
    }
    return values;
  }

  private static <T> T choice(List<T> all, int place, String what) throws IOException {
    if (place < 0 || place >= all.size()) {
      throw unknown(what, place);
    }
    return all.get(place);
  }

  private static HazelcastSerializationException unknown(String what, int kind) {
    return new HazelcastSerializationException(
        "%s %d of a session is of a newer release: deploy that release here".formatted(what, kind));
  }
}
