package io.dragoman.quota;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node tells the ledger four times a second. It says all that counts, so that a lost one
 * loses nothing: from now on the node ignores every reply to an earlier refresh. Immutable.
 *
 * @param node the node's lasting identity, the same after a restart
 * @param incarnation this life of the node, unique among its lives
 * @param sequence counts the refreshes of this life
 * @param timing the durations that this node counts on: the ledger's owner must count on the same
 * @param joined the epoch and owner that the node has joined in this life, and for which it votes
 * @param remembered what all lives of the node remember; to be stored before this is sent
 * @param echo the owner's stamp in the last reply, null before the first; the owner counts the vote
 *     from there
 * @param vote how long the vote binds the node, in nanoseconds from when it sent this
 * @param held what is unspent in its lease, and what it spent and has no proof of
 * @param landed what has been proven to have arrived, and the ledger has not confirmed to know
 * @param recollection what it remembers, as long as a new ledger has not confirmed to know it
 * @param wants what its sessions could use
 * @param evidence what the upstream said, as long as the ledger has not confirmed to know it
 * @param leaving it will not refresh again, and holds no vote from here on
 * @param echoAge how long before it sent this, in nanoseconds, the node had heard the stamp
 */
public record Refresh(
    long node,
    long incarnation,
    long sequence,
    Timing timing,
    Bond joined,
    HardState remembered,
    @Nullable Stamp echo,
    long vote,
    Amount held,
    List<Landing> landed,
    @Nullable Recollection recollection,
    Wants wants,
    @Nullable Evidence evidence,
    boolean leaving,
    long echoAge) {

  /** An epoch of the ledger and the process that owns it; {@link #NONE} before the first. */
  public record Bond(long epoch, long owner) {
    public static final Bond NONE = new Bond(0, 0);
  }

  /** A reading of an owner's monotonic clock, in nanoseconds; it means nothing to anybody else. */
  public record Stamp(Bond bond, long at) {}

  /**
   * Requests that have arrived.
   *
   * @param sequence the refresh that told of them first
   * @param age of the proof, in nanoseconds, when this refresh was sent
   */
  public record Landing(long sequence, long age, Amount amount) {}

  public Refresh {
    landed = List.copyOf(landed);
  }
}
