package io.dragoman.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Hosts on a network of their own, made of network namespaces of this machine, that can be cut off
 * from each other. A router is between them, whose loopback all of them reach at any time. Used by
 * one thread at a time.
 *
 * <p>It needs Linux, and to be root or allowed to make user namespaces.
 */
final class TestNetwork implements AutoCloseable {
  /** What goes before a command to have it run in a new network, where it may build hosts. */
  static final List<String> NEW_ROUTER = List.of("unshare", "--map-root-user", "--net");

  private static final Path SCRIPT =
      Path.of(
          System.getProperty("basedir", "."),
          "../node/src/main/resources/io/dragoman/cli/demo/network.sh");

  private final Process process;
  private final BufferedReader answers;
  private final PrintStream orders;
  private final List<String> namespaces;

  private TestNetwork(Process process, Path errors) throws IOException {
    this.process = process;
    this.answers = process.inputReader(UTF_8);
    this.orders = new PrintStream(process.getOutputStream(), true, UTF_8);
    String line = answers.readLine();
    if (line == null) {
      throw new IOException(
          """
          this machine makes no network namespaces, which this test needs: run it as root or allow \
          user namespaces (sysctl kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu), and \
          install iproute2 and util-linux (chaos/bin/install-tools); it said: """
              + Files.readString(errors));
    }
    this.namespaces = List.of(line.split(" "));
  }

  static TestNetwork start(Path directory, int hosts) throws IOException {
    Path errors = Files.createTempFile(directory, "network", ".txt");
    List<String> command = new ArrayList<>(NEW_ROUTER);
    command.addAll(List.of("bash", SCRIPT.toString(), String.valueOf(hosts)));
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    try {
      return new TestNetwork(process, errors);
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** The address of a host. */
  String address(int host) {
    return "192.0.2." + (4 * host + 2);
  }

  /** What goes before a command to have it run on the router. */
  List<String> onRouter() {
    return in(0);
  }

  /** What goes before a command to have it run on a host; the process is the command's own. */
  List<String> on(int host) {
    return in(host + 1);
  }

  private List<String> in(int namespace) {
    return List.of(
        "nsenter",
        "--preserve-credentials",
        "--user",
        "--net",
        "--target",
        namespaces.get(namespace),
        "--");
  }

  /** From now on a host hears nobody, and nobody hears it, the router neither. */
  void isolate(int host) throws IOException {
    order("isolate " + host);
  }

  /** From now on a host and the others hear nothing of each other. */
  void cut(int host) throws IOException {
    order("cut " + host);
  }

  /** All hear each other again. */
  void heal() throws IOException {
    order("heal");
  }

  /** What a web server on the router's loopback answers, which is one line. */
  String get(URI uri) throws IOException {
    return order("get %s %d %s".formatted(uri.getHost(), uri.getPort(), uri.getPath()));
  }

  private String order(String order) throws IOException {
    orders.println(order);
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the network is gone; it was told: " + order);
    }
    return answer;
  }

  @Override
  public void close() {
    orders.close();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
