package io.dragoman.cluster;

import static io.dragoman.cluster.Frame.readText;
import static io.dragoman.cluster.Frame.writeText;
import static io.dragoman.cluster.GridTypes.add;

import com.hazelcast.config.SerializationConfig;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import io.dragoman.ops.NodeReport;
import io.dragoman.ops.Readiness;
import io.dragoman.ops.Selection;
import io.dragoman.ops.Trouble;
import io.dragoman.pipeline.SessionUse;
import io.dragoman.quota.Load;
import io.dragoman.quota.NodeQuota;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;

/** What nodes ask and tell each other of how they stand, as {@link GridTypes} has it. */
final class ReportTypes {
  private ReportTypes() {}

  static void register(SerializationConfig config) {
    add(config, 9, ReportTask.class, ReportTypes::writeTask, ReportTypes::readTask);
    add(config, 10, NodeReport.class, ReportTypes::writeReport, ReportTypes::readReport);
  }

  private static void writeTask(DataOutput out, ReportTask task) throws IOException {
    switch (task.selection) {
      case Selection.ActiveAfter(String after, int limit) -> {
        out.writeByte(0);
        writeText(out, after);
        out.writeInt(limit);
      }
      case Selection.Busiest(int limit) -> {
        out.writeByte(1);
        out.writeInt(limit);
      }
    }
  }

  private static ReportTask readTask(DataInputStream in) throws IOException {
    byte kind = in.readByte();
    return new ReportTask(
        switch (kind) {
          case 0 -> new Selection.ActiveAfter(readText(in), in.readInt());
          case 1 -> new Selection.Busiest(in.readInt());
          default -> throw new HazelcastSerializationException("unknown selection " + kind);
        });
  }

  private static void writeReport(DataOutput out, NodeReport report) throws IOException {
    writeText(out, report.node());
    writeText(out, report.readiness().name());
    writeText(out, report.listen());
    writeText(out, report.admin());
    writeText(out, report.version());
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
    Frame.writeList(out, report.troubles(), ReportTypes::writeTrouble);
    Frame.writeList(out, report.selected(), ReportTypes::writeUse);
  }

  private static NodeReport readReport(DataInputStream in) throws IOException {
    return new NodeReport(
        readText(in),
        Readiness.valueOf(readText(in)),
        readText(in),
        readText(in),
        readText(in),
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
        Frame.readList(in, ReportTypes::readTrouble),
        Frame.readList(in, ReportTypes::readUse));
  }

  private static void writeQuota(DataOutput out, NodeQuota quota) throws IOException {
    out.writeBoolean(quota.keepsLedger());
    out.writeLong(quota.leased().requests());
    out.writeLong(quota.leased().tokens());
    out.writeLong(quota.lasts().toMillis());
    out.writeInt(quota.finals());
    out.writeInt(quota.partials());
  }

  private static NodeQuota readQuota(DataInputStream in) throws IOException {
    return new NodeQuota(
        in.readBoolean(),
        new Load(in.readLong(), in.readLong()),
        Duration.ofMillis(in.readLong()),
        in.readInt(),
        in.readInt());
  }

  private static void writeTrouble(DataOutput out, Trouble trouble) throws IOException {
    writeText(out, trouble.service());
    writeText(out, trouble.state());
    writeText(out, trouble.reason());
    out.writeLong(trouble.lastsMs());
    out.writeLong(trouble.triedMsAgo());
  }

  private static Trouble readTrouble(DataInputStream in) throws IOException {
    return new Trouble(readText(in), readText(in), readText(in), in.readLong(), in.readLong());
  }

  private static void writeUse(DataOutput out, SessionUse use) throws IOException {
    writeText(out, use.session());
    out.writeBoolean(use.live());
    out.writeBoolean(use.active());
    out.writeInt(use.waiting());
    out.writeInt(use.inFlight());
    out.writeLong(use.requests());
    out.writeLong(use.lastRequestMs());
    out.writeLong(use.requestsLastMinute());
    out.writeLong(use.tokensLastMinute());
    out.writeBoolean(use.brought());
    writeText(out, use.waitsFor());
    out.writeLong(use.waitsMs());
  }

  private static SessionUse readUse(DataInputStream in) throws IOException {
    return new SessionUse(
        readText(in),
        in.readBoolean(),
        in.readBoolean(),
        in.readInt(),
        in.readInt(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readBoolean(),
        readText(in),
        in.readLong());
  }
}
