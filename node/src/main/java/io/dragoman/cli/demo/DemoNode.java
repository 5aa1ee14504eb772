package io.dragoman.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.dragoman.cli.CommandException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A node of the demo: a process that can be taken away, and comes back at the same addresses. Used
 * by one thread at a time.
 */
final class DemoNode {
  private final String name;
  private final Host host;
  private final List<String> args;
  private final Map<String, @Nullable String> env;
  private String listen;
  private String admin;
  private ChildProcess process;

  /**
   * Starts one.
   *
   * @param name as its sessions are told it
   * @param ports where it listens for clients and for operators; 0 is any that is free
   * @param args of the command beside these
   * @param env what its environment has beside this process's; null removes
   */
  DemoNode(
      String name,
      Host host,
      List<Integer> ports,
      List<String> args,
      Map<String, @Nullable String> env)
      throws CommandException {
    this.name = name;
    this.host = host;
    this.args = List.copyOf(args);
    this.env = env;
    this.listen = host.at(ports.get(0));
    this.admin = host.at(ports.get(1));
    this.process = process(name, host, listen, admin, args, env);
  }

  private static ChildProcess process(
      String name,
      Host host,
      String listen,
      String admin,
      List<String> args,
      Map<String, @Nullable String> env)
      throws CommandException {
    List<String> all =
        new ArrayList<>(
            List.of("node", "--listen=" + listen, "--admin=" + admin, "--set=node.name=" + name));
    all.addAll(args);
    return ChildProcess.start("node " + name, host, all, env);
  }

  /**
   * Waits until all of them serve.
   *
   * @param progress is told now and then who is not ready
   */
  static void awaitReady(
      List<DemoNode> nodes, ChildProcess.Patience patience, Consumer<String> progress)
      throws CommandException, InterruptedException {
    List<JsonNode> lines =
        ChildProcess.awaitReady(
            nodes.stream().map(node -> node.process).toList(), patience, progress);
    for (int i = 0; i < nodes.size(); i++) {
      nodes.get(i).listen = lines.get(i).path("listen").asText();
      nodes.get(i).admin = lines.get(i).path("admin").asText();
    }
  }

  /** Asks all to leave, and makes those leave that take too long. */
  static void closeAll(List<DemoNode> nodes) {
    ChildProcess.closeAll(nodes.stream().map(node -> node.process).toList());
  }

  String name() {
    return name;
  }

  Host host() {
    return host;
  }

  /** Where clients reach it. */
  String listen() {
    return listen;
  }

  /** Where operators reach it. */
  String admin() {
    return admin;
  }

  /** Takes it away without a word. */
  void kill() throws InterruptedException {
    process.kill();
  }

  /** Lets it stand still, or go on. */
  void freeze(boolean still) throws CommandException, InterruptedException {
    process.signal(still ? "STOP" : "CONT");
  }

  /** Lets it leave in good order. */
  void leave() {
    process.close();
  }

  /** Brings it back, and waits until it serves. */
  void restart(ChildProcess.Patience patience) throws CommandException, InterruptedException {
    process = process(name, host, listen, admin, args, env);
    awaitReady(List.of(this), patience, _ -> {});
  }
}
