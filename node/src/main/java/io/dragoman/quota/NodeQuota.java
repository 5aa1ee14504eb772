package io.dragoman.quota;

import java.time.Duration;

/**
 * One node's part in the cluster's quota.
 *
 * @param keepsLedger whether the grid takes it for the one that keeps the quota's books
 * @param leased what it may still spend without asking; nothing where its lease has lapsed
 * @param lasts for how long it may, unless its lease is renewed
 * @param finals how many finals wait for their permit
 * @param partials how many partials do
 */
public record NodeQuota(
    boolean keepsLedger, Load leased, Duration lasts, int finals, int partials) {

  public static final NodeQuota NONE = new NodeQuota(false, Load.NONE, Duration.ZERO, 0, 0);
}
