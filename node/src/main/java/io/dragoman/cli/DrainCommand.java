package io.dragoman.cli;

import io.dragoman.cli.LeavingNode.Sight;
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
      "Only another node knows that it has left, so give another one's admin listener where there is"
          + " one; a node that is the only one has left when it does not answer any more.",
      "Ctrl-C ends this command and not the drain; the same command follows it again."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:The node has left.",
      "1:It has not left in time, or no other node answers that could tell.",
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

  @Override
  public Integer call() throws CommandException, InterruptedException {
    try (HttpClient http = AdminListener.connect()) {
      LeavingNode leaving = node.contains(":") ? byAddress(http) : byName(http);
      follow(http, leaving, admin.post(http, leaving.address(), DrainStatus.class).said());
      return ExitCode.OK;
    }
  }

  private LeavingNode byAddress(HttpClient http) throws CommandException, InterruptedException {
    URI address = admin.at("NODE", node, PATH);
    String name = admin.get(http, address, DrainStatus.class).said().node();
    return leaving(
        name,
        address,
        admin.get(http, address.resolve(CLUSTER), ClusterStatus.class).said().nodes());
  }

  private LeavingNode byName(HttpClient http) throws CommandException, InterruptedException {
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
    return leaving(one.node(), address, status.nodes());
  }

  private LeavingNode leaving(String name, URI address, List<ClusterStatus.Node> nodes) {
    List<ClusterStatus.Node> others =
        nodes.stream().filter(other -> !other.node().equals(name)).toList();
    Stream<URI> told =
        others.stream().map(other -> URI.create("http://" + other.admin() + CLUSTER));
    return new LeavingNode(
        name,
        address,
        others.stream().map(ClusterStatus.Node::node).toList(),
        Stream.concat(Stream.of(admin.at(CLUSTER)), told).distinct().toList());
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

  /** Tells how far it is, until it has left. */
  private void follow(HttpClient http, LeavingNode leaving, DrainStatus begun)
      throws CommandException, InterruptedException {
    long end = System.nanoTime() + Duration.ofMillis(begun.leftMs()).plus(GONE_WITHIN).toNanos();
    int told = -1;
    Sight sight = new Sight.Drains(begun);
    while (!(sight instanceof Sight.Left)) {
      if (sight instanceof Sight.Drains(DrainStatus now) && now.sessions() != told) {
        told = now.sessions();
        say(line(now));
      }
      if (sight.nearlyGone()) {
        end = Math.min(end, System.nanoTime() + GONE_WITHIN.toNanos());
      }
      if (System.nanoTime() - end > 0) {
        throw new CommandException(ExitCode.FAILED, sight.sentence());
      }
      Thread.sleep(EVERY);
      sight = leaving.look(admin, http);
    }
    say(sight.sentence());
  }

  private static String line(DrainStatus now) {
    return now.sessions() == 0
        ? "%s drains: no session is left; it hands its part of the shared state over"
            .formatted(now.node())
        : "%s drains: %d of %d sessions left, %d s"
            .formatted(now.node(), now.sessions(), now.sessionsAtFirst(), now.leftMs() / 1_000);
  }

  private void say(String line) {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
