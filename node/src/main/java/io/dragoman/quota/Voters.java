package io.dragoman.quota;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The nodes of which a majority must agree on the ledger's owner. Immutable.
 *
 * <p>They change by one node at a time and only while the last change is known to a majority, so
 * that any two majorities that are in use have a node in common: the single-server changes of Raft
 * (Ongaro, "Consensus: Bridging Theory and Practice", 4.1). {@code epoch} and {@code change} order
 * them.
 *
 * @param epoch the epoch in which they last changed or were confirmed
 * @param change counts the changes within the epoch
 * @param nodes in ascending order
 */
public record Voters(long epoch, long change, List<Long> nodes) {

  public Voters {
    nodes = List.copyOf(nodes);
    if (nodes.isEmpty()) {
      throw new IllegalArgumentException("a quota needs at least one voter");
    }
  }

  /** The first voters of a cluster, as configured. */
  public static Voters configured(long... nodes) {
    return new Voters(0, 0, LongStream.of(nodes).sorted().distinct().boxed().toList());
  }

  boolean has(long node) {
    return Collections.binarySearch(nodes, node) >= 0;
  }

  int majority() {
    return nodes.size() / 2 + 1;
  }

  boolean isNewerThan(Voters other) {
    return epoch != other.epoch ? epoch > other.epoch : change > other.change;
  }

  /** The same nodes, confirmed in an epoch. */
  Voters in(long newEpoch) {
    return new Voters(newEpoch, 0, nodes);
  }

  Voters with(long node) {
    return new Voters(
        epoch,
        change + 1,
        LongStream.concat(nodes.stream().mapToLong(Long::longValue), LongStream.of(node))
            .sorted()
            .boxed()
            .toList());
  }

  Voters without(long node) {
    return new Voters(epoch, change + 1, nodes.stream().filter(voter -> voter != node).toList());
  }

  @Override
  public String toString() {
    return "%d.%d %s".formatted(epoch, change, Arrays.toString(nodes.toArray()));
  }
}
