package io.dragoman.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dragoman.cli.CommandException;
import io.dragoman.cli.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Hosts on a network of their own, made of network namespaces of this machine: a cable joins each
 * to a router, which is where this process runs, and any of them can be cut off. It leaves with the
 * demo. Used by one thread at a time.
 *
 * <p>It is built in the network namespace of this process, which must be new: {@code
 * node/bin/dragoman} starts {@code demo --cut-one} in one.
 */
final class HostNetwork implements AutoCloseable {
  private static final int STOP_TIMEOUT_S = 10;

  /** Takes a host from others. */
  @FunctionalInterface
  interface Cut {
    void make(HostNetwork network, Host host) throws CommandException;
  }

  private final Process process;
  private final BufferedReader answers;
  private final PrintStream orders;
  private final List<Host> hosts;

  private HostNetwork(Process process) throws CommandException {
    this.process = process;
    this.answers = process.inputReader(UTF_8);
    this.orders = new PrintStream(process.getOutputStream(), true, UTF_8);
    String namespaces = answer();
    if (!namespaces.matches("\\d+( \\d+)*")) {
      throw unavailable(namespaces);
    }
    this.hosts = hosts(List.of(namespaces.split(" ")));
  }

  /**
   * @param namespaces a process in each, the router's first
   */
  private static List<Host> hosts(List<String> namespaces) {
    return IntStream.range(0, namespaces.size() - 1)
        .mapToObj(
            host ->
                new Host(
                    "192.0.2." + (4 * host + 2),
                    List.of("nsenter", "--net", "--target", namespaces.get(host + 1), "--")))
        .toList();
  }

  /** Builds one with so many hosts, all of which hear each other and the router. */
  static HostNetwork start(int hosts) throws CommandException {
    Process process;
    try (InputStream script =
        Objects.requireNonNull(HostNetwork.class.getResourceAsStream("network.sh"))) {
      process =
          new ProcessBuilder(
                  "bash",
                  "-c",
                  new String(script.readAllBytes(), UTF_8),
                  "network.sh",
                  String.valueOf(hosts))
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      throw unavailable(String.valueOf(e.getMessage()));
    }
    try {
      return new HostNetwork(process);
    } catch (CommandException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static CommandException unavailable(String why) {
    return new CommandException(
        ExitCode.UNAVAILABLE,
        "--cut-one needs a network of its own, which node/bin/dragoman makes on a Linux with"
            + " iproute2 and util-linux, for root and where user namespaces are allowed (sysctl"
            + " kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu); here it cannot be made: "
            + why);
  }

  List<Host> hosts() {
    return hosts;
  }

  /**
   * From now on a host hears nobody and nobody hears it. What is sent vanishes: nobody is told that
   * it did not arrive.
   */
  void isolate(Host host) throws CommandException {
    order("isolate " + hosts.indexOf(host));
  }

  /** From now on a host and the other hosts hear nothing of each other; all hear the router. */
  void separate(Host host) throws CommandException {
    order("cut " + hosts.indexOf(host));
  }

  /** All hear each other again. */
  void heal() throws CommandException {
    order("heal");
  }

  private void order(String order) throws CommandException {
    orders.println(order);
    String answer = answer();
    if (!answer.equals("done")) {
      throw new CommandException(
          ExitCode.FAILED, "the network was told to %s, and said: %s".formatted(order, answer));
    }
  }

  private String answer() {
    try {
      return Objects.requireNonNullElse(answers.readLine(), "nothing");
    } catch (IOException e) {
      return "nothing";
    }
  }

  @Override
  public void close() {
    orders.close();
    try {
      if (!process.waitFor(STOP_TIMEOUT_S, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
