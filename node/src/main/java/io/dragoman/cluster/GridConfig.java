package io.dragoman.cluster;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * How a node takes its place in the grid.
 *
 * @param file the cluster's {@code hazelcast.yaml}
 * @param node the node's name, for people; need not be unique
 * @param host the address that this node listens on and that the others reach it at
 * @param port its port
 * @param members {@code host:port} of every node of the cluster, this one among them or not
 * @param data the folder in which this machine's nodes keep what they must not forget
 */
public record GridConfig(
    Path file, String node, String host, int port, List<String> members, Path data) {

  private static final Set<String> ANYWHERE = Set.of("0.0.0.0", "[::]");

  public GridConfig {
    if (!node.matches("[A-Za-z0-9._-]{1,64}")) {
      throw new IllegalArgumentException(
          "node.name is '" + node + "'; it must be 1 to 64 letters, digits, '.', '_' or '-'");
    }
    if (ANYWHERE.contains(host)) {
      throw new IllegalArgumentException(
          "grid.listen is " + host + "; it must be an address that the other nodes can reach");
    }
    requirePort("grid.listen", port);
    members = List.copyOf(members);
    for (String member : members) {
      int colon = member.lastIndexOf(':');
      if (colon < 1 || !member.substring(colon + 1).matches("[0-9]{1,5}")) {
        throw new IllegalArgumentException(
            "grid.members: \"%s\" is not HOST:PORT, for example 10.0.0.2:5701, a node's grid.listen"
                .formatted(member));
      }
      requirePort("grid.members", Integer.parseInt(member.substring(colon + 1)));
      if (Collections.frequency(members, member) > 1) {
        throw new IllegalArgumentException("grid.members: " + member + " is there twice");
      }
    }
    NodeIds.of(members);
  }

  /** How many nodes the cluster has when all are here. */
  public int size() {
    return all().size();
  }

  /** {@code host:port} of every node of the cluster, this one as well. */
  Set<String> all() {
    TreeSet<String> all = new TreeSet<>(members);
    all.add(place());
    return all;
  }

  /** This node's {@code host:port}. */
  String place() {
    return host + ":" + port;
  }

  /** The folder of this node. */
  Path memory() {
    return data.resolve(place().replace(':', '-'));
  }

  /** How many nodes are more than half of the cluster. */
  public int majority() {
    return size() / 2 + 1;
  }

  /** The numbers of the host, which may be a name. */
  InetAddress address() throws UnknownHostException {
    return InetAddress.getByName(host);
  }

  private static void requirePort(String key, int port) {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException(key + ": port " + port + " is not between 1 and 65535");
    }
  }
}
