package io.dragoman.cluster;

import io.dragoman.quota.Voters;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * The numbers by which the quota knows nodes. A node's follows from its {@code host:port} in the
 * grid, so that it is the same on all nodes and after a restart.
 */
final class NodeIds {
  private NodeIds() {}

  static long of(String place) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      byte[] digest = sha.digest(place.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest).getInt() & Integer.MAX_VALUE;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * Nodes by their numbers.
   *
   * @throws IllegalArgumentException where two have the same, which happens once in thousands of
   *     clusters of a thousand nodes
   */
  static Map<Long, String> of(Collection<String> places) {
    Map<Long, String> nodes = new TreeMap<>();
    for (String place : places) {
      String other = nodes.putIfAbsent(of(place), place);
      if (other != null && !other.equals(place)) {
        throw new IllegalArgumentException(
            "grid.members: %s and %s cannot be told apart; give one of them another port"
                .formatted(other, place));
      }
    }
    return nodes;
  }

  /** All of these as voters of a cluster that begins. */
  static Voters voters(Collection<String> places) {
    return Voters.configured(of(places).keySet().stream().mapToLong(Long::longValue).toArray());
  }
}
