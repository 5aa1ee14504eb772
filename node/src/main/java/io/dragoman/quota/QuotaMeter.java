package io.dragoman.quota;

/** Tells how the cluster's quota stands. Thread-safe; never waits. */
public interface QuotaMeter {
  QuotaUse use();

  /**
   * By how much the upstream's headers showed more in use lately than the ledger has booked, beyond
   * which nothing is granted: somebody else uses the key.
   */
  default Load usedByOthers() {
    return Load.NONE;
  }
}
