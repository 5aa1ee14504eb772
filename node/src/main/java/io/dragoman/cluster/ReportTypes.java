package io.dragoman.cluster;

import static io.dragoman.cluster.GridTypes.add;
import static io.dragoman.cluster.GridTypes.readString;

import com.hazelcast.config.SerializationConfig;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import io.dragoman.ops.NodeReport;
import io.dragoman.ops.Readiness;
import io.dragoman.ops.Selection;
import io.dragoman.ops.Trouble;
import io.dragoman.pipeline.SessionUse;
import io.dragoman.quota.Load;
import io.dragoman.quota.NodeQuota;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What nodes ask and tell each other of how they stand, as {@link GridTypes} has it. */
final class ReportTypes {
  private ReportTypes() {}

  static void register(SerializationConfig config) {
    add(config, 9, ReportTask.class, ReportTypes::writeTask, ReportTypes::readTask);
    add(config, 10, NodeReport.class, ReportTypes::writeReport, ReportTypes::readReport);
  }

  private static void writeTask(ObjectDataOutput out, ReportTask task) throws IOException {
    switch (task.selection) {
      case Selection.ActiveAfter(String after, int limit) -> {
        out.writeByte(0);
        out.writeString(after);
        out.writeInt(limit);
      }
      case Selection.Busiest(int limit) -> {
        out.writeByte(1);
        out.writeInt(limit);
      }
    }
  }

  private static ReportTask readTask(ObjectDataInput in) throws IOException {
    byte kind = in.readByte();
    return new ReportTask(
        switch (kind) {
          case 0 -> new Selection.ActiveAfter(readString(in), in.readInt());
          case 1 -> new Selection.Busiest(in.readInt());
          default -> throw new HazelcastSerializationException("unknown selection " + kind);
        });
  }

  private static void writeReport(ObjectDataOutput out, NodeReport report) throws IOException {
    out.writeString(report.node());
    out.writeString(report.readiness().name());
    out.writeString(report.listen());
    out.writeString(report.admin());
    out.writeString(report.version());
    out.writeLong(report.uptimeMs());
    out.writeInt(report.connections());
    out.writeInt(report.sessions());
    out.writeInt(report.activeSessions());
    out.writeInt(report.inFlight());
    out.writeInt(report.mostInFlight());
    out.writeInt(report.waiting());
    out.writeLong(report.requestsLastMinute());
    out.writeLong(report.tokensLastMinute());
    writeQuota(out, report.quota());
    out.writeInt(report.troubles().size());
    for (Trouble trouble : report.troubles()) {
      writeTrouble(out, trouble);
    }
    out.writeInt(report.selected().size());
    for (SessionUse use : report.selected()) {
      writeUse(out, use);
    }
  }

  private static NodeReport readReport(ObjectDataInput in) throws IOException {
    return new NodeReport(
        readString(in),
        Readiness.valueOf(readString(in)),
        readString(in),
        readString(in),
        readString(in),
        in.readLong(),
        in.readInt(),
        in.readInt(),
        in.readInt(),
        in.readInt(),
        in.readInt(),
        in.readInt(),
        in.readLong(),
        in.readLong(),
        readQuota(in),
        readTroubles(in),
        readUses(in));
  }

  private static void writeQuota(ObjectDataOutput out, NodeQuota quota) throws IOException {
    out.writeBoolean(quota.keepsLedger());
    out.writeLong(quota.leased().requests());
    out.writeLong(quota.leased().tokens());
    out.writeLong(quota.lasts().toMillis());
    out.writeInt(quota.finals());
    out.writeInt(quota.partials());
  }

  private static NodeQuota readQuota(ObjectDataInput in) throws IOException {
    return new NodeQuota(
        in.readBoolean(),
        new Load(in.readLong(), in.readLong()),
        Duration.ofMillis(in.readLong()),
        in.readInt(),
        in.readInt());
  }

  private static void writeTrouble(ObjectDataOutput out, Trouble trouble) throws IOException {
    out.writeString(trouble.service());
    out.writeString(trouble.state());
    out.writeString(trouble.reason());
    out.writeLong(trouble.lastsMs());
    out.writeLong(trouble.triedMsAgo());
  }

  private static List<Trouble> readTroubles(ObjectDataInput in) throws IOException {
    List<Trouble> troubles = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      troubles.add(
          new Trouble(
              readString(in), readString(in), readString(in), in.readLong(), in.readLong()));
    }
    return troubles;
  }

  private static void writeUse(ObjectDataOutput out, SessionUse use) throws IOException {
    out.writeString(use.session());
    out.writeBoolean(use.live());
    out.writeBoolean(use.active());
    out.writeInt(use.waiting());
    out.writeInt(use.inFlight());
    out.writeLong(use.requests());
    out.writeLong(use.lastRequestMs());
    out.writeLong(use.requestsLastMinute());
    out.writeLong(use.tokensLastMinute());
    out.writeBoolean(use.brought());
    out.writeString(use.waitsFor());
    out.writeLong(use.waitsMs());
  }

  private static List<SessionUse> readUses(ObjectDataInput in) throws IOException {
    List<SessionUse> uses = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      uses.add(
          new SessionUse(
              readString(in),
              in.readBoolean(),
              in.readBoolean(),
              in.readInt(),
              in.readInt(),
              in.readLong(),
              in.readLong(),
              in.readLong(),
              in.readLong(),
              in.readBoolean(),
              readString(in),
              in.readLong()));
    }
    return uses;
  }
}
