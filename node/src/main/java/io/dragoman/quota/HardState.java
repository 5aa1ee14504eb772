package io.dragoman.quota;

import io.dragoman.quota.Refresh.Bond;
import org.jspecify.annotations.Nullable;

/**
 * What a node must not forget over a restart, as Raft's servers must not (Ongaro and Ousterhout,
 * "In Search of an Understandable Consensus Algorithm", figure 2: persistent state). It is stored
 * before a refresh that tells of it is sent. Immutable.
 *
 * @param bound the last epoch that the node joined, in any of its lives
 * @param voters the newest voters that it knows; null for a node that has never seen a ledger grant
 *     anything, or lost its memory
 */
public record HardState(Bond bound, @Nullable Voters voters) {

  /** Of a node that starts for the first time, or whose memory is lost. */
  public static final HardState NONE = new HardState(Bond.NONE, null);
}
