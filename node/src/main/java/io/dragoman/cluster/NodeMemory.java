package io.dragoman.cluster;

import io.dragoman.quota.BinaryForm;
import io.dragoman.quota.HardState;
import io.dragoman.quota.Ledger;
import io.dragoman.quota.MalformedException;
import io.dragoman.quota.UnknownFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A folder with what a node must not forget over a restart, for one process at a time. Used by one
 * thread at a time.
 */
final class NodeMemory implements AutoCloseable, LeaseRenewal.Memory {

  /**
   * What a node knew when it ended.
   *
   * @param sealed the ledger that it sealed then, for once: what comes after it is another one;
   *     null where there is none, or none that can be understood
   */
  record Remembered(HardState state, @Nullable Ledger sealed) {}

  private static final String OTHERWISE =
      "or remove it, where this node has been gone for two minutes and a majority of the others is"
          + " there";

  private final Path folder;
  private final Path file;
  private final Path ledger;
  private final FileChannel lockFile;

  private NodeMemory(Path folder, FileChannel lockFile) {
    this.folder = folder;
    this.file = folder.resolve("quota.state");
    this.ledger = folder.resolve("quota.ledger");
    this.lockFile = lockFile;
  }

  /**
   * Opens a folder, which is made where it is missing.
   *
   * @throws IOException with a sentence for a human: it cannot be written, or another process has
   *     it open
   */
  static NodeMemory open(Path folder) throws IOException {
    FileChannel lockFile;
    try {
      Files.createDirectories(folder);
      lockFile =
          FileChannel.open(
              folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new IOException(
          "node.data: %s cannot be written (%s); a node must remember some things over a restart"
              .formatted(folder, e.getClass().getSimpleName()),
          e);
    }
    if (!isLocked(lockFile)) {
      lockFile.close();
      throw new IOException(
          "node.data: another process of this node has %s open; stop that one first"
              .formatted(folder));
    }
    return new NodeMemory(folder, lockFile);
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      @Nullable FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /**
   * What was stored last; nothing where the node starts for the first time.
   *
   * @throws IOException with a sentence for a human where it cannot be understood
   */
  Remembered load() throws IOException {
    return new Remembered(state(), takeLedger());
  }

  private HardState state() throws IOException {
    try {
      return BinaryForm.HARD_STATE.read(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return HardState.NONE;
    } catch (UnknownFormatException | MalformedException e) {
      throw new IOException("%s: %s; %s".formatted(file, e.getMessage(), OTHERWISE), e);
    }
  }

  @Override
  public void store(HardState state) throws IOException {
    try {
      write(file, BinaryForm.HARD_STATE.write(state));
    } catch (IOException e) {
      throw new IOException(
          "%s cannot be written (%s)".formatted(file, e.getClass().getSimpleName()), e);
    }
  }

  /** Keeps a ledger that was sealed here, for where nobody else has gone on with it. */
  void store(Ledger sealed) throws IOException {
    write(ledger, BinaryForm.LEDGER.write(sealed));
  }

  private @Nullable Ledger takeLedger() throws IOException {
    try {
      return BinaryForm.LEDGER.read(Files.readAllBytes(ledger));
    } catch (NoSuchFileException | UnknownFormatException | MalformedException e) {
      return null;
    } finally {
      Files.deleteIfExists(ledger);
    }
  }

  /** So that after a power failure there is the old content or the new one. */
  private void write(Path file, byte[] bytes) throws IOException {
    Path fresh = folder.resolve(file.getFileName() + ".new");
    try (FileChannel out =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer left = ByteBuffer.wrap(bytes);
      while (left.hasRemaining()) {
        out.write(left);
      }
      out.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
