package io.dragoman.cli.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.dragoman.Main;
import io.dragoman.cli.CommandException;
import io.dragoman.cli.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Another process of this program, with the same Java, flags and class path. It leaves when its
 * standard input closes, which the system does when this process dies, however it dies.
 * Thread-safe.
 */
final class ChildProcess implements AutoCloseable {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);
  private static final Duration PROGRESS_EVERY = Duration.ofSeconds(5);
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * For how long children may start: a slow one has its time as long as something is heard of them.
   *
   * @param silence without a line from any of them
   * @param longest in any case
   */
  record Patience(Duration silence, Duration longest) {}

  private final String name;
  private final Process process;

  /** The line it printed when it was ready. */
  private final CompletableFuture<JsonNode> ready = new CompletableFuture<>();

  /** Completes when it has closed its stderr, as it does by leaving. */
  private final CompletableFuture<?> left = new CompletableFuture<>();

  /** Its last line on stderr that is not blank. */
  private volatile @Nullable String lastWords;

  /** When it was started, or wrote its last line, by {@link System#nanoTime}. */
  private volatile long lastSignNanos = System.nanoTime();

  private ChildProcess(String name, Process process) {
    this.name = name;
    this.process = process;
  }

  /** Watches a process that prints a line when it is ready, and leaves when its input ends. */
  static ChildProcess of(String name, Process process) {
    ChildProcess child = new ChildProcess(name, process);
    child.watch();
    return child;
  }

  /**
   * Starts a command that takes {@code --until-eof} and prints a line when it is ready.
   *
   * @param env what its environment has beside this process's; null removes
   */
  static ChildProcess start(
      String name, Host host, List<String> args, Map<String, @Nullable String> env)
      throws CommandException {
    ProcessBuilder builder = new ProcessBuilder(command(host, args));
    env.forEach(
        (key, value) -> {
          if (value == null) {
            builder.environment().remove(key);
          } else {
            builder.environment().put(key, value);
          }
        });
    try {
      return of(name, builder.start());
    } catch (IOException e) {
      throw unavailable(name + " cannot be started: " + e.getMessage());
    }
  }

  /**
   * Signals such as a terminal's Ctrl-C, or the SIGTERM of timeout or systemd, reach the whole
   * group of processes; a child is not to leave before those who use it have ended.
   */
  private static List<String> command(Host host, List<String> args) {
    List<String> command =
        new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT HUP TERM; exec \"$@\"", "sh"));
    command.addAll(host.prefix());
    command.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path", "")));
    command.add(Main.class.getName());
    command.addAll(args);
    command.add("--until-eof");
    return command;
  }

  private void watch() {
    Thread.ofPlatform().daemon().name(name + "-out").start(this::readOutput);
    Thread.ofPlatform().daemon().name(name + "-err").start(this::readErrors);
  }

  private void readOutput() {
    eachLine(
        process.getInputStream(),
        line -> {
          JsonNode json = parse(line);
          if (json.path("event").asText().equals("ready")) {
            ready.complete(json);
          }
        });
  }

  private void readErrors() {
    eachLine(process.getErrorStream(), line -> lastWords = line.isBlank() ? lastWords : line);
    left.complete(null);
  }

  private interface LineReader {
    void read(String line);
  }

  private void eachLine(InputStream in, LineReader reader) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) {
        lastSignNanos = System.nanoTime();
        reader.read(line);
      }
    } catch (IOException e) {
      // The stream was closed under the reader: the process is gone.
    }
  }

  /**
   * Waits until all serve; as soon as one of them dies, nobody waits for the others.
   *
   * @param progress is told now and then who is not ready
   * @return the line that each printed, in their order
   */
  static List<JsonNode> awaitReady(
      List<ChildProcess> children, Patience patience, Consumer<String> progress)
      throws CommandException, InterruptedException {
    CompletableFuture<?> ready = allOf(children.stream().map(c -> c.ready));
    CompletableFuture<?> death = anyOf(children.stream().map(c -> c.left));
    CompletableFuture<?> either = anyOf(Stream.of(ready, death));
    long startNanos = System.nanoTime();
    Duration left = left(children, patience, startNanos);
    while (left.isPositive() && !isDone(either, min(left, PROGRESS_EVERY))) {
      progress.accept(
          "  after %d s not ready yet: %s"
              .formatted(
                  since(startNanos).toSeconds(),
                  children.stream()
                      .filter(child -> !child.ready.isDone())
                      .map(child -> child.name)
                      .collect(Collectors.joining(", "))));
      left = left(children, patience, startNanos);
    }
    for (ChildProcess child : children) {
      child.requireRunning();
    }
    for (ChildProcess child : children) {
      if (!child.ready.isDone()) {
        throw unavailable(
            ("%s was not ready after %d s; the last that it said: %s. If this machine is busy, try"
                    + " again when it is less so, or with --nodes 1.")
                .formatted(child.name, since(startNanos).toSeconds(), child.lastWords()));
      }
    }
    return children.stream().map(c -> c.ready.join()).toList();
  }

  /** What it said last is why it left, if it did before it was ready. */
  void requireRunning() throws CommandException {
    if (left.isDone()) {
      throw unavailable(name + " did not start: " + lastWords());
    }
  }

  /** How long the children have left, unless one of them says something. */
  private static Duration left(List<ChildProcess> children, Patience patience, long startNanos) {
    Duration silent =
        children.stream()
            .map(child -> since(child.lastSignNanos))
            .min(Comparator.naturalOrder())
            .orElseThrow();
    return min(patience.silence.minus(silent), patience.longest.minus(since(startNanos)));
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static boolean isDone(CompletableFuture<?> future, Duration within)
      throws InterruptedException {
    try {
      future.get(within.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new AssertionError("these never fail", e);
    }
  }

  private static CompletableFuture<?> allOf(Stream<CompletableFuture<JsonNode>> futures) {
    return CompletableFuture.allOf(futures.toArray(CompletableFuture<?>[]::new));
  }

  private static CompletableFuture<?> anyOf(Stream<CompletableFuture<?>> futures) {
    return CompletableFuture.anyOf(futures.toArray(CompletableFuture<?>[]::new));
  }

  private static CommandException unavailable(String sentence) {
    return new CommandException(ExitCode.UNAVAILABLE, sentence);
  }

  /** The last line of its stderr, or of a log line the message. */
  private String lastWords() {
    String line = lastWords;
    if (line == null) {
      return "it said nothing";
    }
    String message = parse(line).path("formattedMessage").asText();
    return message.isEmpty() ? line.replaceFirst("^dragoman: ", "") : message;
  }

  private static JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }

  /** Ends it at once. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** Sends it a signal, such as {@code STOP}. */
  void signal(String signal) throws CommandException, InterruptedException {
    try {
      int code =
          new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start().waitFor();
      if (code != 0) {
        throw unavailable("%s takes no SIG%s".formatted(name, signal));
      }
    } catch (IOException e) {
      throw unavailable("there is no kill command: " + e.getMessage());
    }
  }

  /** Asks all to leave, and makes those leave that take too long. */
  static void closeAll(List<ChildProcess> children) {
    children.forEach(ChildProcess::askToLeave);
    long deadlineNanos = System.nanoTime() + STOP_TIMEOUT.toNanos();
    children.forEach(child -> child.awaitLeft(deadlineNanos));
  }

  private void askToLeave() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // Its end of the pipe is closed: it is leaving already.
    }
  }

  @Override
  public void close() {
    closeAll(List.of(this));
  }

  private void awaitLeft(long deadlineNanos) {
    try {
      if (!process.waitFor(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
