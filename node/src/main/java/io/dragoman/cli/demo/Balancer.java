package io.dragoman.cli.demo;

import io.dragoman.cli.CommandException;
import io.dragoman.cli.DragomanCommand;
import io.dragoman.cli.ExitCode;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * A HAProxy of its own in front of the demo's nodes, as the shipped configuration has it. It leaves
 * with the demo.
 */
final class Balancer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration ASK_EVERY = Duration.ofMillis(100);

  /** Debian has it where only root looks for programs. */
  private static final List<String> ALSO_IN = List.of("/usr/sbin", "/usr/local/sbin");

  /**
   * HAProxy reads no input, so a shell does that for it, and kills it when the input ends. Signals
   * that reach the whole group of processes are not for it: in a session of its own it gets none,
   * and where there is no setsid (macOS) only SIGTERM.
   */
  private static final String UNTIL_INPUT_ENDS =
      """
      trap '' INT HUP TERM
      exec 3<&0
      $(command -v setsid) "$@" 3<&- &
      balancer=$!
      { cat <&3; kill -9 "$balancer"; } >/dev/null 2>&1 &
      reader=$!
      wait "$balancer"
      kill -9 "$reader"
      """;

  private final ChildProcess process;
  private final BalancerFile file;

  private Balancer(ChildProcess process, BalancerFile file) {
    this.process = process;
    this.file = file;
  }

  /** Where HAProxy is on this machine. */
  static Path installed() throws CommandException {
    String path = System.getenv().getOrDefault("PATH", "");
    return in(Stream.concat(Stream.of(path.split(File.pathSeparator)), ALSO_IN.stream()));
  }

  /** Where HAProxy is in these folders. */
  static Path in(Stream<String> folders) throws CommandException {
    return folders
        .map(folder -> Path.of(folder, "haproxy"))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                unavailable(
                    "--balancer needs HAProxy, which is not installed; on Debian and Ubuntu: sudo"
                        + " apt-get install haproxy, on macOS: brew install haproxy"));
  }

  /**
   * Starts it, and waits until the nodes answer through it.
   *
   * @param program HAProxy's
   * @param folder for what it reads
   */
  static Balancer start(Path program, Path folder, BalancerFile file)
      throws CommandException, InterruptedException {
    Path rendered = folder.resolve("haproxy.cfg");
    Process shell;
    try {
      Path shipped = DragomanCommand.home().resolve("cluster-config/haproxy.cfg");
      Files.writeString(rendered, file.from(Files.readString(shipped)));
      shell =
          new ProcessBuilder(
                  "/bin/sh",
                  "-c",
                  UNTIL_INPUT_ENDS,
                  "sh",
                  program.toString(),
                  "-db",
                  "-f",
                  rendered.toString())
              .start();
    } catch (IOException e) {
      throw unavailable("the balancer cannot be started: " + e.getMessage());
    }
    Balancer balancer = new Balancer(ChildProcess.of("the balancer", shell), file);
    try {
      balancer.awaitServing();
      return balancer;
    } catch (CommandException | InterruptedException | RuntimeException e) {
      balancer.close();
      throw e;
    }
  }

  /** Where clients connect. */
  String listen() {
    return file.clients();
  }

  /** Where it tells how its nodes stand. */
  String state() {
    return file.state();
  }

  private void awaitServing() throws CommandException, InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    HttpRequest ready =
        HttpRequest.newBuilder(URI.create("http://" + listen() + "/health/ready"))
            .timeout(PATIENCE)
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      while (!serves(http, ready)) {
        process.requireRunning();
        if (System.nanoTime() > deadlineNanos) {
          throw unavailable(
              "no node answered through the balancer within %d s; its state is at http://%s/"
                  .formatted(PATIENCE.toSeconds(), state()));
        }
        Thread.sleep(ASK_EVERY);
      }
    }
  }

  private static boolean serves(HttpClient http, HttpRequest ready) throws InterruptedException {
    try {
      return http.send(ready, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private static CommandException unavailable(String sentence) {
    return new CommandException(ExitCode.UNAVAILABLE, sentence);
  }

  @Override
  public void close() {
    process.close();
  }
}
