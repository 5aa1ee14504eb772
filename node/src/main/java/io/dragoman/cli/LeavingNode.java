package io.dragoman.cli;

import io.dragoman.ops.ClusterStatus;
import io.dragoman.ops.DrainStatus;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A node that is to leave its cluster, and who can tell that it has. It closes its listeners before
 * it hands its part of the shared state over, so that it does not answer any more says little.
 *
 * @param address its {@code /drain}
 * @param others the names of the other nodes, when its drain began: only their word counts
 * @param witnesses where the cluster's status may be had from them; another may answer there, as
 *     where each node's admin listener is the same address of its own machine
 */
record LeavingNode(String name, URI address, List<String> others, List<URI> witnesses) {

  /** What can be seen of it. */
  sealed interface Sight {

    /** Whether nothing but its last steps, which take a minute at most, can be missing. */
    boolean nearlyGone();

    /** What to say where nothing else comes to be seen. */
    String sentence();

    /** It answers. */
    record Drains(DrainStatus status) implements Sight {
      @Override
      public boolean nearlyGone() {
        return status.sessions() == 0;
      }

      @Override
      public String sentence() {
        return late(status.node());
      }
    }

    /** It does not answer, and is not known to have left; it may answer again. */
    record Unseen(boolean nearlyGone, String sentence) implements Sight {}

    /** It has left. */
    record Left(String sentence) implements Sight {
      @Override
      public boolean nearlyGone() {
        return true;
      }
    }
  }

  Sight look(AdminListener admin, HttpClient http) throws InterruptedException {
    boolean closed = true;
    try {
      DrainStatus status = admin.get(http, address, DrainStatus.class).said();
      if (status.node().equals(name)) {
        return new Sight.Drains(status);
      }
    } catch (CommandException e) {
      closed = AdminListener.isNothingThere(e);
    }
    return others.isEmpty() ? alone(closed) : testified(closed, testimony(admin, http));
  }

  private Sight alone(boolean closed) {
    return closed
        ? new Sight.Left(
            "%s does not answer any more; it was the only node here, so none can tell whether its process has ended, which takes 40 s at most: see systemctl status or ps on its machine"
                .formatted(name))
        : new Sight.Unseen(false, "%s does not answer; its log says why".formatted(name));
  }

  private Sight testified(boolean closed, @Nullable ClusterStatus status) {
    if (status == null) {
      return new Sight.Unseen(
          closed,
          "%s does not answer any more, and no other node does from here, so whether it has left is not known; see systemctl status or ps on its machine, or dragoman status --admin HOST:PORT with another node's node.admin"
              .formatted(name));
    }
    int here = status.nodes().size();
    int missing = status.nodesMissing().size();
    return names(status).anyMatch(name::equals)
        ? new Sight.Unseen(closed, late(name))
        : new Sight.Left(
            "%s has left; %d of %d nodes are here".formatted(name, here, here + missing));
  }

  private static String late(String name) {
    return "%s should have left by now, and has not; its log says why".formatted(name);
  }

  private static Stream<String> names(ClusterStatus status) {
    return Stream.concat(
        status.nodes().stream().map(ClusterStatus.Node::node), status.nodesMissing().stream());
  }

  /** What another node of its cluster says; null where none answers. */
  private @Nullable ClusterStatus testimony(AdminListener admin, HttpClient http)
      throws InterruptedException {
    for (URI witness : witnesses) {
      try {
        ClusterStatus status = admin.get(http, witness, ClusterStatus.class).said();
        if (others.contains(status.answeredBy())) {
          return status;
        }
      } catch (CommandException e) {
        // Perhaps the next one answers.
      }
    }
    return null;
  }
}
