package io.dragoman.cluster;

import com.hazelcast.config.SerializationConfig;
import com.hazelcast.config.SerializerConfig;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import com.hazelcast.nio.serialization.StreamSerializer;
import io.dragoman.cluster.WindowOperation.Ask;
import io.dragoman.cluster.WindowOperation.Look;
import io.dragoman.cluster.WindowOperation.Settle;
import io.dragoman.cluster.WindowOperation.Store;
import io.dragoman.quota.Decision.Bound;
import io.dragoman.quota.Load;
import io.dragoman.quota.PermitId;
import io.dragoman.quota.QuotaConfig;
import io.dragoman.quota.QuotaRequest;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.quota.RollingWindow;
import io.dragoman.quota.RollingWindow.Answer;
import io.dragoman.quota.RollingWindow.Booking;
import io.dragoman.quota.RollingWindow.Granted;
import io.dragoman.quota.RollingWindow.Refused;
import io.dragoman.quota.RollingWindow.Stale;
import io.dragoman.session.SessionEntry;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything that travels between nodes, in bytes: the type's number, a version, the fields in
 * order. Nothing of ours is ever serialised by Java. Numbers are never used again; a change of
 * fields is a new version, which the reader tells apart.
 */
final class GridTypes {
  private GridTypes() {}

  private static final byte VERSION = 1;

  /** Teaches a member all types; operations that it receives read the time from this clock. */
  @SuppressWarnings("rawtypes") // a class literal has no type arguments
  static void register(SerializationConfig config, InstantSource clock) {
    add(config, 1, RollingWindow.class, GridTypes::writeWindow, GridTypes::readWindow);
    add(config, 2, Answer.class, GridTypes::writeAnswer, GridTypes::readAnswer);
    add(config, 3, Ask.class, GridTypes::writeAsk, in -> readAsk(in, clock));
    add(config, 4, Settle.class, GridTypes::writeSettle, in -> readSettle(in, clock));
    add(
        config,
        5,
        Store.class,
        (out, store) -> writeWindow(out, store.window()),
        in -> new Store(readWindow(in)));
    add(config, 6, SessionEntry.class, GridTypes::writeEntry, GridTypes::readEntry);
    add(config, 7, Look.class, (out, look) -> {}, in -> new Look(clock));
    add(config, 8, Load.class, GridTypes::writeLoad, GridTypes::readLoad);
    ReportTypes.register(config);
  }

  private static void writeWindow(ObjectDataOutput out, RollingWindow window) throws IOException {
    out.writeInt(window.proven().size());
    for (Map.Entry<Long, Load> bucket : window.proven().entrySet()) {
      out.writeLong(bucket.getKey());
      writeLoad(out, bucket.getValue());
    }
    out.writeInt(window.open().size());
    for (Map.Entry<PermitId, Booking> permit : window.open().entrySet()) {
      writeId(out, permit.getKey());
      out.writeLong(permit.getValue().endMs());
      writeLoad(out, permit.getValue().load());
    }
    out.writeInt(window.settled().size());
    for (Map.Entry<PermitId, Long> permit : window.settled().entrySet()) {
      writeId(out, permit.getKey());
      out.writeLong(permit.getValue());
    }
  }

  private static RollingWindow readWindow(ObjectDataInput in) throws IOException {
    TreeMap<Long, Load> proven = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      proven.put(in.readLong(), readLoad(in));
    }
    Map<PermitId, Booking> open = new HashMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      open.put(readId(in), new Booking(in.readLong(), readLoad(in)));
    }
    Map<PermitId, Long> settled = new HashMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      settled.put(readId(in), in.readLong());
    }
    return new RollingWindow(proven, open, settled);
  }

  private static void writeAnswer(ObjectDataOutput out, Answer answer) throws IOException {
    switch (answer) {
      case Granted() -> out.writeByte(0);
      case Refused(long waitMs, Bound bound) -> {
        out.writeByte(1);
        out.writeLong(waitMs);
        out.writeString(bound.name());
      }
      case Stale() -> out.writeByte(2);
    }
  }

  private static Answer readAnswer(ObjectDataInput in) throws IOException {
    byte kind = in.readByte();
    return switch (kind) {
      case 0 -> new Granted();
      case 1 -> new Refused(in.readLong(), Bound.valueOf(readString(in)));
      case 2 -> new Stale();
      default -> throw new HazelcastSerializationException("unknown answer " + kind);
    };
  }

  private static void writeAsk(ObjectDataOutput out, Ask ask) throws IOException {
    writeId(out, ask.id);
    writeConfig(out, ask.config);
    out.writeString(ask.request.priority().name());
    out.writeInt(ask.request.tokens());
  }

  private static Ask readAsk(ObjectDataInput in, InstantSource clock) throws IOException {
    return new Ask(
        clock,
        readId(in),
        readConfig(in),
        new QuotaRequest(Priority.valueOf(readString(in)), in.readInt()));
  }

  private static void writeSettle(ObjectDataOutput out, Settle settle) throws IOException {
    writeId(out, settle.id);
    writeConfig(out, settle.config);
    out.writeBoolean(settle.arrived);
  }

  private static Settle readSettle(ObjectDataInput in, InstantSource clock) throws IOException {
    return new Settle(clock, readId(in), readConfig(in), in.readBoolean());
  }

  private static void writeEntry(ObjectDataOutput out, SessionEntry entry) throws IOException {
    out.writeString(entry.sid());
    out.writeString(entry.node());
    out.writeString(entry.kind());
    out.writeLong(entry.startedAtMs());
  }

  private static SessionEntry readEntry(ObjectDataInput in) throws IOException {
    return new SessionEntry(readString(in), readString(in), readString(in), in.readLong());
  }

  private static void writeLoad(ObjectDataOutput out, Load load) throws IOException {
    out.writeLong(load.requests());
    out.writeLong(load.tokens());
  }

  private static Load readLoad(ObjectDataInput in) throws IOException {
    return new Load(in.readLong(), in.readLong());
  }

  private static void writeId(ObjectDataOutput out, PermitId id) throws IOException {
    out.writeString(id.holder());
    out.writeLong(id.sequence());
  }

  private static PermitId readId(ObjectDataInput in) throws IOException {
    return new PermitId(readString(in), in.readLong());
  }

  private static void writeConfig(ObjectDataOutput out, QuotaConfig config) throws IOException {
    out.writeInt(config.requestsPerMinute());
    out.writeInt(config.tokensPerMinute());
    out.writeInt(config.partialsPercent());
    out.writeLong(config.longestCall().toMillis());
    out.writeLong(config.networkBound().toMillis());
    out.writeLong(config.window().toMillis());
  }

  private static QuotaConfig readConfig(ObjectDataInput in) throws IOException {
    return new QuotaConfig(
        in.readInt(),
        in.readInt(),
        in.readInt(),
        Duration.ofMillis(in.readLong()),
        Duration.ofMillis(in.readLong()),
        Duration.ofMillis(in.readLong()));
  }

  static String readString(ObjectDataInput in) throws IOException {
    String text = in.readString();
    if (text == null) {
      throw new HazelcastSerializationException("a text is missing");
    }
    return text;
  }

  interface Writer<T> {
    void write(ObjectDataOutput out, T value) throws IOException;
  }

  interface Reader<T> {
    T read(ObjectDataInput in) throws IOException;
  }

  static <T> void add(
      SerializationConfig config, int id, Class<T> type, Writer<T> writer, Reader<T> reader) {
    config.addSerializerConfig(
        new SerializerConfig()
            .setTypeClass(type)
            .setImplementation(new Versioned<>(id, writer, reader)));
  }

  private record Versioned<T>(int id, Writer<T> writer, Reader<T> reader)
      implements StreamSerializer<T> {

    @Override
    public int getTypeId() {
      return id;
    }

    @Override
    public void write(ObjectDataOutput out, T value) throws IOException {
      out.writeByte(VERSION);
      writer.write(out, value);
    }

    @Override
    public T read(ObjectDataInput in) throws IOException {
      byte version = in.readByte();
      if (version != VERSION) {
        throw new HazelcastSerializationException(
            "type " + id + " has version " + version + ", which this node does not know");
      }
      return reader.read(in);
    }
  }
}
