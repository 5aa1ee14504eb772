package io.dragoman.cli;

import io.dragoman.ops.ClusterStatus;
import io.dragoman.ops.DrainStatus;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dragoman drain}: has a node leave its cluster in good order, and waits until it has. */
@Command(
    name = "drain",
    description = {
      "Has a node leave its cluster, and waits until it has: it is not ready any more, its sessions go"
          + " to other nodes within its node.drain_s, its part of the shared state is handed over, and"
          + " its process ends.",
      "Ctrl-C ends this command and not the drain; the same command follows it again."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:The node has left.",
      "1:It has not left in time, or refuses to; its log says more.",
      "2:The command line is wrong, or there is no such node.",
      "3:No node's admin listener answers there."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dragoman drain n2                            the node that is called so",
      "  dragoman drain n2-5d3e56cd --admin 10.0.0.1:8081",
      "  dragoman drain 10.0.0.2:8081                 the node whose node.admin this is"
    })
final class DrainCommand implements Callable<Integer> {
  private static final String PATH = "/drain";
  private static final String CLUSTER = "/v1/stats/cluster?sessions=0";
  private static final Duration EVERY = Duration.ofSeconds(1);

  /** From the end of its time for sessions until its process has ended. */
  private static final Duration GONE_WITHIN = Duration.ofSeconds(60);

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "NODE",
      description =
          "Its name, its name with the tag that \"dragoman status\" shows, or its node.admin as"
              + " HOST:PORT.")
  private String node = "";

  @Mixin private final AdminListener admin = new AdminListener();

  /** A node, and whom to ask about it when it is gone. */
  private record Target(String name, URI address, List<String> others) {}

  @Override
  public Integer call() throws CommandException, InterruptedException {
    try (HttpClient http = AdminListener.connect()) {
      Target target = node.contains(":") ? byAddress(http) : byName(http);
      DrainStatus begun = admin.post(http, target.address, DrainStatus.class).said();
      follow(http, target, begun);
      awaitLeft(http, target);
      return ExitCode.OK;
    }
  }

  private Target byAddress(HttpClient http) throws CommandException, InterruptedException {
    URI address = admin.at("NODE", node, PATH);
    String name = admin.get(http, address, DrainStatus.class).said().node();
    return new Target(
        name,
        address,
        others(admin.get(http, address.resolve(CLUSTER), ClusterStatus.class).said(), name));
  }

  private Target byName(HttpClient http) throws CommandException, InterruptedException {
    ClusterStatus status = admin.get(http, admin.at(CLUSTER), ClusterStatus.class).said();
    List<ClusterStatus.Node> named =
        status.nodes().stream().filter(one -> isMeant(one.node())).toList();
    if (named.size() != 1) {
      throw new CommandException(ExitCode.USAGE, notOne(status, named));
    }
    ClusterStatus.Node one = named.getFirst();
    URI address = admin.at("its node.admin", one.admin(), PATH);
    String answering = admin.get(http, address, DrainStatus.class).said().node();
    if (!answering.equals(one.node())) {
      throw new CommandException(
          ExitCode.USAGE,
          "%s tells that its node.admin is %s, but from here that is %s; run this on its machine, or give an address that reaches it from here as NODE"
              .formatted(one.node(), one.admin(), answering));
    }
    return new Target(one.node(), address, others(status, one.node()));
  }

  private boolean isMeant(String name) {
    return name.equals(node) || NodeNames.configured(name).equals(node);
  }

  private String notOne(ClusterStatus status, List<ClusterStatus.Node> named) {
    if (!named.isEmpty()) {
      return "%d nodes are called %s; name one of %s".formatted(named.size(), node, names(named));
    }
    if (status.nodesMissing().stream().anyMatch(this::isMeant)) {
      return "%s does not answer, so it cannot be drained; look at its machine and its log"
          .formatted(node);
    }
    return "no node is called %s; there are %s".formatted(node, names(status.nodes()));
  }

  private static String names(List<ClusterStatus.Node> nodes) {
    return nodes.stream().map(ClusterStatus.Node::node).collect(Collectors.joining(", "));
  }

  private static List<String> others(ClusterStatus status, String name) {
    return status.nodes().stream()
        .filter(other -> !other.node().equals(name))
        .map(ClusterStatus.Node::admin)
        .toList();
  }

  /** Tells how far it is, until the node does not answer any more. */
  private void follow(HttpClient http, Target target, DrainStatus begun)
      throws CommandException, InterruptedException {
    long end = System.nanoTime() + Duration.ofMillis(begun.leftMs()).plus(GONE_WITHIN).toNanos();
    int told = -1;
    DrainStatus now = begun;
    while (now != null && now.node().equals(target.name)) {
      if (System.nanoTime() - end > 0) {
        throw notLeft(target);
      }
      if (now.sessions() != told) {
        told = now.sessions();
        say(line(now));
      }
      Thread.sleep(EVERY);
      now = ask(http, target.address, DrainStatus.class);
    }
  }

  private static String line(DrainStatus now) {
    return now.sessions() == 0
        ? "%s drains: no session is left; it hands its part of the shared state over"
            .formatted(now.node())
        : "%s drains: %d of %d sessions left, %d s"
            .formatted(now.node(), now.sessions(), now.sessionsAtFirst(), now.leftMs() / 1_000);
  }

  /** Its listeners are closed before it leaves the grid. */
  private void awaitLeft(HttpClient http, Target target)
      throws CommandException, InterruptedException {
    long end = System.nanoTime() + GONE_WITHIN.toNanos();
    while (true) {
      ClusterStatus status = askOthers(http, target);
      if (status == null) {
        say(
            target.others.isEmpty()
                ? "%s has left; it was the only node".formatted(target.name)
                : "%s does not answer any more, and no other node does from here"
                    .formatted(target.name));
        return;
      }
      Stream<String> listed =
          Stream.concat(
              status.nodes().stream().map(ClusterStatus.Node::node),
              status.nodesMissing().stream());
      if (listed.noneMatch(target.name::equals)) {
        say(
            "%s has left; %d of %d nodes are here"
                .formatted(
                    target.name,
                    status.nodes().size(),
                    status.nodes().size() + status.nodesMissing().size()));
        return;
      }
      if (System.nanoTime() - end > 0) {
        throw notLeft(target);
      }
      Thread.sleep(EVERY);
    }
  }

  private static CommandException notLeft(Target target) {
    return new CommandException(
        ExitCode.FAILED,
        "%s should have left by now, and has not; its log says why".formatted(target.name));
  }

  private @Nullable ClusterStatus askOthers(HttpClient http, Target target)
      throws InterruptedException {
    for (String other : target.others) {
      ClusterStatus status =
          ask(http, URI.create("http://" + other + CLUSTER), ClusterStatus.class);
      if (status != null) {
        return status;
      }
    }
    return null;
  }

  private <T> @Nullable T ask(HttpClient http, URI address, Class<T> type)
      throws InterruptedException {
    try {
      return admin.get(http, address, type).said();
    } catch (CommandException e) {
      return null;
    }
  }

  private void say(String line) {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
