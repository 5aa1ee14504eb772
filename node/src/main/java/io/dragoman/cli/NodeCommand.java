package io.dragoman.cli;

import io.dragoman.ConfigException;
import io.dragoman.Node;
import io.dragoman.NodeConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dragoman node}: one node of a cluster, until it is told to stop. */
@Command(
    name = "node",
    description = {
      "Runs one node of a cluster until it is told to stop (Ctrl-C, SIGTERM, \"dragoman drain\"). Then"
          + " its sessions go to other nodes, for which they have node.drain_s (20 s), and it ends.",
      "It prints one line when it is ready, and logs JSON lines to standard error."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:It was told to stop, by whatever of these, or standard input ended (--until-eof); and it left"
          + " in good order.",
      "1:It was told to stop, and could not in time.",
      "2:The command line or the configuration is wrong; every mistake is told.",
      "3:A port is taken, or something else that it needs is missing.",
      "130, 143:It was told to stop again, by Ctrl-C or SIGTERM, and ended at once."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  A cluster of one, on this machine:",
      "    OPENAI_API_KEY_FILE=key DRAGOMAN_SPEECH_PROJECT=my-project dragoman node",
      "  One of three:",
      "    dragoman node --listen 10.0.0.1:8080 --admin 10.0.0.1:8081 --grid 10.0.0.1:5701 \\",
      "      --members 10.0.0.1:5701,10.0.0.2:5701,10.0.0.3:5701",
      "  All keys, with ranges and defaults, are in cluster-config/node.yaml.",
      "  A file is checked by: dragoman check-config FILE"
    })
final class NodeCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(NodeCommand.class);

  /** For all that follows once its sessions have gone, or their time is over. */
  private static final Duration LEAVE_WITHIN = Duration.ofSeconds(40);

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A YAML file of configuration keys; without it every key has its default.")
  private @Nullable Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets a configuration key, and wins over the file; may be repeated.")
  private Map<String, String> set = new LinkedHashMap<>();

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where clients connect (node.listen, default: 127.0.0.1:8080).")
  private @Nullable String listen;

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      description = "Where operators connect (node.admin, default: 127.0.0.1:8081).")
  private @Nullable String admin;

  @Option(
      names = "--grid",
      paramLabel = "HOST:PORT",
      description = "Where the other nodes connect (grid.listen, default: 127.0.0.1:5701).")
  private @Nullable String grid;

  @Option(
      names = "--members",
      paramLabel = "HOST:PORT",
      split = ",",
      description =
          "The grid addresses of all nodes, this one too (grid.members, default: a cluster of one).")
  private List<String> members = List.of();

  @Option(
      names = "--until-eof",
      description = "Stop when standard input ends, so that no node outlives its parent.")
  private boolean untilEof;

  @Override
  public Integer call() throws CommandException, InterruptedException {
    StopSignals.watch();
    if (untilEof) {
      Lifetime.endWithInput();
    }
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    Node node = start();
    endOnceLeft(node);
    try {
      node.awaitReady();
      System.out.printf(
          "{\"event\":\"ready\",\"node\":\"%s\",\"listen\":\"%s\",\"admin\":\"%s\",\"grid\":\"%s\"}%n",
          node.name(), node.listening(), node.admin(), node.gridAddress());
    } catch (RuntimeException e) {
      // A node that leaves before it was ready takes the grid away from who waits for it.
      if (!isLeaving(node)) {
        throw e;
      }
    }
    Lifetime.await(false);
    return ExitCode.OK;
  }

  /** However the node is told to leave, this process ends with it; and never hangs about. */
  private static void endOnceLeft(Node node) {
    Runtime.getRuntime().addShutdownHook(new Thread(node::close, "shutdown"));
    node.drain().begun().thenRun(() -> Thread.startVirtualThread(() -> endLate(node)));
    node.left()
        .whenCompleteAsync(
            (_, bug) -> {
              if (bug != null) {
                log.error("the node could not leave in good order because of a bug", bug);
              }
              System.exit(bug == null ? ExitCode.OK : ExitCode.FAILED);
            },
            task -> Thread.ofPlatform().name("end").start(task));
    StopSignals.stopBy(
        new StopSignals.Stop() {
          @Override
          public void begin() {
            node.drain().begin();
          }

          @Override
          public String unfinished() {
            return NodeCommand.unfinished(node);
          }
        });
  }

  private static boolean isLeaving(Node node) {
    return node.drain().begun().toCompletableFuture().isDone();
  }

  private static void endLate(Node node) {
    try {
      Thread.sleep(LEAVE_WITHIN.plusMillis(node.drain().status().leftMs()));
    } catch (InterruptedException e) {
      // At once, then.
    }
    System.err.println("dragoman: it could not leave in time. " + unfinished(node));
    Runtime.getRuntime().halt(ExitCode.FAILED);
  }

  private static String unfinished(Node node) {
    int sessions = node.drain().status().sessions();
    return (sessions == 0
            ? "No session was left"
            : "Sessions that had not gone: %d; their clients may resume them elsewhere"
                .formatted(sessions))
        + ". The node's part of the shared state may not be handed over: as after a kill, some of the"
        + " quota is held back for a while.";
  }

  private Node start() throws CommandException {
    try {
      NodeConfig config =
          NodeConfig.read(DragomanCommand.home(), file, System.getenv(), overrides());
      return Node.start(config);
    } catch (ConfigException e) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new CommandException(ExitCode.UNAVAILABLE, String.valueOf(e.getMessage()));
    }
  }

  private Map<String, String> overrides() {
    Map<String, String> keys = new LinkedHashMap<>(set);
    put(keys, "node.listen", listen);
    put(keys, "node.admin", admin);
    put(keys, "grid.listen", grid);
    if (!members.isEmpty()) {
      keys.put("grid.members", String.join(",", members));
    }
    return keys;
  }

  private static void put(Map<String, String> keys, String key, @Nullable String value) {
    if (value != null) {
      keys.put(key, value);
    }
  }
}
