package io.dragoman.cluster;

import com.hazelcast.config.SerializationConfig;
import com.hazelcast.config.SerializerConfig;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import com.hazelcast.nio.serialization.StreamSerializer;
import io.dragoman.cluster.LedgerOperation.Adopt;
import io.dragoman.cluster.LedgerOperation.Ask;
import io.dragoman.cluster.LedgerOperation.Seal;
import io.dragoman.cluster.LedgerOperation.SetLimits;
import io.dragoman.cluster.LedgerOperation.Store;
import io.dragoman.pipeline.SessionWindow;
import io.dragoman.pipeline.Spent;
import io.dragoman.quota.BinaryForm;
import io.dragoman.quota.Ledger;
import io.dragoman.quota.Limits;
import io.dragoman.quota.MalformedException;
import io.dragoman.quota.RecentUse;
import io.dragoman.quota.Reply;
import io.dragoman.quota.UnknownFormatException;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Everything that travels between nodes, in bytes: the type's number, a version, and a {@link
 * Frame} with the fields in order, since the grid may write one value within another. Nothing of
 * ours is ever serialised by Java. Numbers are never used again; any change but a field more at the
 * end is a new version, which the reader tells apart.
 */
final class GridTypes {
  private GridTypes() {}

  private static final byte VERSION = 1;

  /**
   * Teaches a member all types.
   *
   * @param owners for operations that it receives
   * @param copies for the same
   */
  @SuppressWarnings("rawtypes") // a class literal has no type arguments
  static void register(SerializationConfig config, LedgerOwners owners, Copies copies) {
    add(config, 11, Ledger.class, bytes(BinaryForm.LEDGER), value(BinaryForm.LEDGER));
    add(config, 12, Reply.class, bytes(BinaryForm.REPLY), value(BinaryForm.REPLY));
    add(
        config,
        13,
        Ask.class,
        (out, ask) -> out.write(BinaryForm.REFRESH.write(ask.refresh)),
        in -> new Ask(owners, read(BinaryForm.REFRESH, in)));
    add(
        config,
        14,
        Seal.class,
        (out, seal) -> out.writeLong(seal.process),
        in -> new Seal(owners, in.readLong()));
    add(
        config,
        16,
        Adopt.class,
        (out, adopt) -> out.write(BinaryForm.LEDGER.write(adopt.ledger)),
        in -> new Adopt(owners, read(BinaryForm.LEDGER, in)));
    add(
        config,
        15,
        Store.class,
        (out, store) -> out.write(BinaryForm.LEDGER.write(store.ledger())),
        in -> new Store(read(BinaryForm.LEDGER, in)));
    add(config, 17, SetLimits.class, GridTypes::writeSetLimits, in -> readSetLimits(in, owners));
    add(config, 18, LimitsAnswer.class, GridTypes::writeAnswer, GridTypes::readAnswer);
    add(config, 19, KeptWindow.class, GridTypes::writeWindow, GridTypes::readWindow);
    ReportTypes.register(config);
    SessionTypes.register(config, copies);
  }

  /** Ages go in milliseconds. */
  private static void writeWindow(DataOutput out, KeptWindow kept) throws IOException {
    out.writeLong(kept.atMs());
    out.writeLong(kept.window().requests());
    out.writeLong(kept.window().lastAgeMs());
    Frame.writeList(out, kept.window().minute().parts(), GridTypes::writePart);
    out.writeLong(kept.window().spent().requests());
    out.writeLong(kept.window().spent().tokens());
  }

  private static KeptWindow readWindow(DataInputStream in) throws IOException {
    long atMs = in.readLong();
    long requests = in.readLong();
    long lastAgeMs = in.readLong();
    RecentUse minute = new RecentUse(Frame.readList(in, GridTypes::readPart));
    Spent spent = Frame.goesOn(in) ? new Spent(in.readLong(), in.readLong()) : Spent.NOTHING;
    return new KeptWindow(atMs, new SessionWindow(requests, lastAgeMs, minute, spent));
  }

  private static void writePart(DataOutput out, RecentUse.Part part) throws IOException {
    out.writeInt((int) (part.age() / 1_000_000));
    out.writeInt(part.requests());
    out.writeLong(part.tokens());
  }

  private static RecentUse.Part readPart(DataInputStream in) throws IOException {
    return new RecentUse.Part(in.readInt() * 1_000_000L, in.readInt(), in.readLong());
  }

  private static void writeSetLimits(DataOutput out, SetLimits set) throws IOException {
    out.writeLong(set.process);
    Frame.writeText(out, set.caller);
    writeLimits(out, set.from);
    writeLimits(out, set.to);
  }

  private static SetLimits readSetLimits(DataInputStream in, LedgerOwners owners)
      throws IOException {
    return new SetLimits(owners, in.readLong(), Frame.readText(in), readLimits(in), readLimits(in));
  }

  private static void writeAnswer(DataOutput out, LimitsAnswer answer) throws IOException {
    out.writeBoolean(answer.known());
    out.writeBoolean(answer.now() != null);
    if (answer.now() != null) {
      writeLimits(out, answer.now());
    }
  }

  private static LimitsAnswer readAnswer(DataInputStream in) throws IOException {
    return new LimitsAnswer(in.readBoolean(), in.readBoolean() ? readLimits(in) : null);
  }

  private static void writeLimits(DataOutput out, Limits limits) throws IOException {
    out.writeLong(limits.requests());
    out.writeLong(limits.tokens());
    out.writeLong(limits.requestsPerSecond());
  }

  private static Limits readLimits(DataInputStream in) throws IOException {
    return new Limits(in.readLong(), in.readLong(), in.readLong());
  }

  private static <T> Frame.Writer<T> bytes(BinaryForm<T> form) {
    return (out, value) -> out.write(form.write(value));
  }

  private static <T> Frame.Reader<T> value(BinaryForm<T> form) {
    return in -> read(form, in);
  }

  /** Whoever sent what cannot be read is told why, with nothing that the grid would not bring. */
  private static <T> T read(BinaryForm<T> form, DataInputStream in) throws IOException {
    try {
      return form.read(in.readAllBytes());
    } catch (UnknownFormatException | MalformedException e) {
      throw new HazelcastSerializationException(e.getMessage());
    }
  }

  static <T> void add(
      SerializationConfig config,
      int id,
      Class<T> type,
      Frame.Writer<T> writer,
      Frame.Reader<T> reader) {
    config.addSerializerConfig(
        new SerializerConfig()
            .setTypeClass(type)
            .setImplementation(new Versioned<>(id, writer, reader)));
  }

  private record Versioned<T>(int id, Frame.Writer<T> writer, Frame.Reader<T> reader)
      implements StreamSerializer<T> {

    @Override
    public int getTypeId() {
      return id;
    }

    @Override
    public void write(ObjectDataOutput out, T value) throws IOException {
      out.writeByte(VERSION);
      Frame.write(out, value, writer);
    }

    @Override
    public T read(ObjectDataInput in) throws IOException {
      byte version = in.readByte();
      if (version != VERSION) {
        throw new HazelcastSerializationException(
            "type " + id + " has version " + version + ", which this node does not know");
      }
      return Frame.read(in, reader);
    }
  }
}
