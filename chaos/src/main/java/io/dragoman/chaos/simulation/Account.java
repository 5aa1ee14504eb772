package io.dragoman.chaos.simulation;

import io.dragoman.quota.Amount;

/** What has become of all that one life of a node was granted. */
final class Account {
  private Amount granted = Amount.ZERO;
  private Amount spent = Amount.ZERO;
  private Amount returned = Amount.ZERO;
  private Amount burned = Amount.ZERO;

  void granted(Amount amount) {
    granted = granted.plus(amount);
  }

  void spent(Amount amount) {
    spent = spent.plus(amount);
  }

  void returned(Amount amount) {
    returned = returned.plus(amount);
  }

  /** What lapsed with its lease. */
  void burned(Amount amount) {
    burned = burned.plus(amount);
  }

  /** Whether the books agree with what the node says it has. */
  boolean balances(Amount outstanding) {
    return granted.equals(spent.plus(returned).plus(burned).plus(outstanding));
  }

  @Override
  public String toString() {
    return "granted %s; spent %s; returned %s; burned %s"
        .formatted(granted, spent, returned, burned);
  }
}
