package io.dragoman.cluster;

import com.hazelcast.config.SerializationConfig;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import io.dragoman.session.SessionAnswer;
import io.dragoman.session.SessionChange;
import io.dragoman.session.SessionEvent;
import io.dragoman.session.SessionRecord;
import io.dragoman.session.SessionRecord.Owner;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * How sessions' records travel between nodes, and what is asked and answered of them.
 *
 * <p>As in {@link GridTypes}, a version comes first. A change, a record and an event have a {@link
 * Frame} each wherever another form holds them; a release that adds a field to one, or to a part of
 * it, puts it at the end of that frame. One more kind of event, change or reason may be sent only
 * when the whole cluster knows it.
 */
final class SessionTypes {
  private SessionTypes() {}

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
    GridTypes.add(config, 20, SessionRecord.class, RecordForm::write, RecordForm::read);
    GridTypes.add(
        config,
        21,
        SessionOperation.class,
        (out, operation) -> {
          out.writeLong(operation.resumableUntilMs());
          out.writeInt(operation.keptS());
          out.writeInt(operation.transcriptS());
          Frame.write(out, operation.change(), SessionTypes::write);
        },
        in -> readOperation(in, copies));
    GridTypes.add(config, 22, SessionAnswer.class, SessionTypes::write, SessionTypes::readAnswer);
  }

  private static SessionOperation readOperation(DataInputStream in, Copies copies)
      throws IOException {
    long resumableUntilMs = in.readLong();
    int keptS = in.readInt();
    int transcriptS = in.readInt();
    SessionChange change = Frame.read(in, SessionTypes::readChange);
    return new SessionOperation(copies, change, resumableUntilMs, keptS, transcriptS);
  }

  private static void write(DataOutput out, SessionAnswer answer) throws IOException {
    switch (answer) {
      case SessionAnswer.Done(long seq) -> {
        out.writeByte(DONE);
        out.writeLong(seq);
      }
      case SessionAnswer.Held(SessionRecord record) -> {
        out.writeByte(HELD);
        Frame.write(out, record, RecordForm::write);
      }
      case SessionAnswer.Refused(SessionAnswer.Reason reason) -> {
        out.writeByte(REFUSED);
        out.writeByte(REASONS.indexOf(reason));
      }
    }
  }

  private static SessionAnswer readAnswer(DataInputStream in) throws IOException {
    byte kind = in.readByte();
    return switch (kind) {
      case DONE -> new SessionAnswer.Done(in.readLong());
      case HELD -> new SessionAnswer.Held(Frame.read(in, RecordForm::read));
      case REFUSED -> new SessionAnswer.Refused(choice(REASONS, in.readByte(), "reason"));
      default -> throw unknown("answer", kind);
    };
  }

  private static void write(DataOutput out, SessionChange change) throws IOException {
    switch (change) {
      case SessionChange.Begin(SessionRecord fresh) -> {
        out.writeByte(BEGIN);
        Frame.write(out, fresh, RecordForm::write);
      }
      case SessionChange.Resume resume -> {
        out.writeByte(RESUME);
        RecordForm.write(out, resume.next());
        out.writeLong(resume.askedAtMs());
        RecordForm.write(out, resume.terms());
        Frame.writeText(out, resume.token());
        Frame.writeText(out, resume.fresh());
        out.writeLong(resume.lastSeq());
        out.writeLong(resume.oldestSample());
        out.writeBoolean(resume.givesUp());
      }
      case SessionChange.Append(Owner owner, List<SessionEvent> events) -> {
        out.writeByte(APPEND);
        RecordForm.write(out, owner);
        RecordForm.writeEvents(out, events);
      }
      case SessionChange.Renew(Owner owner) -> writeOwned(out, RENEW, owner);
      case SessionChange.Restore(SessionRecord known) -> {
        out.writeByte(RESTORE);
        Frame.write(out, known, RecordForm::write);
      }
      case SessionChange.Leave(Owner owner) -> writeOwned(out, LEAVE, owner);
      case SessionChange.End(Owner owner) -> writeOwned(out, END, owner);
      case SessionChange.Read(String token) -> {
        out.writeByte(READ);
        Frame.writeText(out, token);
      }
      case SessionChange.Erase(String token) -> {
        out.writeByte(ERASE);
        Frame.writeText(out, token);
      }
    }
  }

  private static void writeOwned(DataOutput out, int kind, Owner owner) throws IOException {
    out.writeByte(kind);
    RecordForm.write(out, owner);
  }

  private static SessionChange readChange(DataInputStream in) throws IOException {
    byte kind = in.readByte();
    return switch (kind) {
      case BEGIN -> new SessionChange.Begin(Frame.read(in, RecordForm::read));
      case RESUME ->
          new SessionChange.Resume(
              RecordForm.readOwner(in),
              in.readLong(),
              RecordForm.readTerms(in),
              Frame.readText(in),
              Frame.readText(in),
              in.readLong(),
              in.readLong(),
              in.readBoolean());
      case APPEND -> new SessionChange.Append(RecordForm.readOwner(in), RecordForm.readEvents(in));
      case RENEW -> new SessionChange.Renew(RecordForm.readOwner(in));
      case RESTORE -> new SessionChange.Restore(Frame.read(in, RecordForm::read));
      case LEAVE -> new SessionChange.Leave(RecordForm.readOwner(in));
      case END -> new SessionChange.End(RecordForm.readOwner(in));
      case READ -> new SessionChange.Read(Frame.readText(in));
      case ERASE -> new SessionChange.Erase(Frame.readText(in));
      default -> throw unknown("change", kind);
    };
  }

  static <T> T choice(List<T> all, int place, String what) throws IOException {
    if (place < 0 || place >= all.size()) {
      throw unknown(what, place);
    }
    return all.get(place);
  }

  static HazelcastSerializationException unknown(String what, int kind) {
    return new HazelcastSerializationException(
        "%s %d of a session is of a newer release: deploy that release here".formatted(what, kind));
  }
}
