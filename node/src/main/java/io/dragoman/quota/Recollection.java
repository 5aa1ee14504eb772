package io.dragoman.quota;

import java.util.List;

/**
 * What a node remembers of its own requests within a window: its testimony for a ledger that begins
 * anew. Ages count from the moment at which the refresh was sent. Immutable.
 *
 * @param joined the last epoch that the node had joined before, 0 for a node that has just started
 * @param opened the last epoch that it has seen open, 0 for none
 * @param booked what that epoch's ledger had booked and promised when it last answered
 * @param bookedAge how long ago the node sent what was answered so, in nanoseconds
 * @param proven what has certainly arrived, the oldest first, by the age of the proof; rounded down
 *     to younger
 * @param permitted the same requests, by the age of their permits; rounded up to older
 */
public record Recollection(
    long joined,
    long opened,
    Amount booked,
    long bookedAge,
    List<Aged> proven,
    List<Aged> permitted) {

  /** An amount and its age in nanoseconds. */
  public record Aged(long age, Amount amount) {}

  public Recollection {
    proven = List.copyOf(proven);
    permitted = List.copyOf(permitted);
  }
}
