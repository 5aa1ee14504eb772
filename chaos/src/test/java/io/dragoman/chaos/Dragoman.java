package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The {@code dragoman} command as a process of its own, with what it prints in files. */
final class Dragoman implements AutoCloseable {
  private static final Path NODE =
      Path.of(System.getProperty("basedir", "."), "..", "node").toAbsolutePath().normalize();
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final Path out;
  private final Path err;

  private Dragoman(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  static Dragoman start(Path directory, String... arguments) throws IOException {
    return start(directory, List.of(), arguments);
  }

  /**
   * The command elsewhere.
   *
   * @param where what goes before it on the command line
   */
  static Dragoman start(Path directory, List<String> where, String... arguments)
      throws IOException {
    return start(directory, where, "", "io.dragoman.Main", arguments);
  }

  /** One of the tests' own programs, with all of the node's code. */
  static Dragoman start(Path directory, List<String> where, Class<?> program, String... arguments)
      throws IOException {
    return start(directory, where, ":target/test-classes", program.getName(), arguments);
  }

  private static Dragoman start(
      Path directory, List<String> where, String classes, String main, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(where);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + NODE.resolve("bin/jvm.options"));
    command.add("-XX:AOTCache=" + NODE.resolve("target/dragoman.aot"));
    command.add("-Ddragoman.home=" + NODE.getParent());
    command.add("-cp");
    command.add(
        NODE.resolve("target/dragoman.jar") + ":" + NODE.resolve("target/lib") + "/*" + classes);
    command.add(main);
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(directory, "out", ".txt");
    Path err = Files.createTempFile(directory, "err", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("DRAGOMAN_NODE_DATA", directory.resolve("data").toString());
    Process process = builder.start();
    process.getOutputStream().close();
    return new Dragoman(process, out, err);
  }

  /** Waits for its end; the exit code. */
  int exit() throws InterruptedException {
    return exit(Duration.ofMinutes(5));
  }

  /** Waits so long for its end; the exit code. */
  int exit(Duration within) throws InterruptedException {
    if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("it does not end:\n" + errors());
    }
    return process.exitValue();
  }

  /** Waits until it serves; the line that it prints then. */
  JsonNode awaitReady() throws IOException {
    await()
        .atMost(Duration.ofMinutes(2))
        .failFast(() -> assertTrue(process.isAlive(), this::errors))
        .until(() -> output().endsWith("\n"));
    return summary();
  }

  /** Waits until it has said this on standard error, for as long as a machine may be busy. */
  void awaitSaid(String words) {
    await()
        .atMost(Duration.ofMinutes(5))
        .failFast(() -> assertTrue(process.isAlive() || errors().contains(words), this::errors))
        .until(() -> errors().contains(words));
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** What it printed to standard output. */
  String output() {
    return read(out);
  }

  /** What it printed to standard error. */
  String errors() {
    return read(err);
  }

  /** The last line of its standard output. */
  JsonNode summary() throws IOException {
    List<String> lines = output().lines().toList();
    if (lines.isEmpty()) {
      throw new AssertionError("it printed nothing:\n" + errors());
    }
    return JSON.readTree(lines.getLast());
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
