package io.dragoman.quota;

/**
 * A reading of one machine's two clocks. Nothing in this package reads a clock; all durations are
 * differences of {@code monotonic}, and {@code wall} only tells when the monotonic clock stood
 * still while the machine was suspended.
 *
 * @param monotonic nanoseconds since some moment, as {@code System.nanoTime()}
 * @param wall nanoseconds since the epoch
 */
public record Moment(long monotonic, long wall) {

  /**
   * For how long the machine was suspended since a reading before, or by how much its wall clock
   * was set; nanoseconds.
   */
  public long drift(Moment before) {
    return (wall - before.wall) - (monotonic - before.monotonic);
  }
}
