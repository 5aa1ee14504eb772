package io.dragoman.quota;

/** The limits of the cluster's quota, to be read and set while it runs. Thread-safe. */
public interface LimitsControl {

  /** The limits as this node was told last; before that, those that it was started with. */
  Limits limits();

  /**
   * Sets new limits for the whole cluster. Waits, for two seconds or a little more, until they hold
   * where this node is granted from. What was granted before stays granted.
   *
   * @param caller who asks for it, for the log
   */
  Outcome set(LimitsChange change, String caller) throws InterruptedException;

  /** What became of it. */
  sealed interface Outcome {

    /** The limits hold. They may be what they were. */
    record Set(Limits from, Limits to) implements Outcome {}

    /**
     * Nothing was changed, since nobody kept the books of the quota all that time.
     *
     * @param from the limits as this node was told last
     * @param to what they were to become
     * @param state how the quota stands, as this node was told last
     */
    record Closed(Limits from, Limits to, QuotaUse.State state) implements Outcome {}

    /**
     * Nobody confirmed it in time: they may hold or not.
     *
     * @param from the limits as this node was told last
     * @param to what they were to become, or have
     */
    record Unconfirmed(Limits from, Limits to) implements Outcome {}

    /** Nothing was changed: the process that keeps the books knows no such quota. */
    record Unknown() implements Outcome {}
  }
}
