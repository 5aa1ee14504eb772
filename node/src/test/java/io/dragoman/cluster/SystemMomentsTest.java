package io.dragoman.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.Moment;
import org.junit.jupiter.api.Test;

/** Both clocks as of the same moment, on a machine whose clocks and waits are played. */
final class SystemMomentsTest {
  private static final long MS = 1_000_000;
  private static final long SECOND = 1_000 * MS;

  private long now = 7 * SECOND;
  private long ahead = 1_000 * SECOND;

  /** How long the process has to wait before it reads the wall clock, that often. */
  private long wait;

  private int waits;

  private final SystemMoments clock = new SystemMoments(() -> now, this::wall);

  private long wall() {
    if (waits > 0) {
      waits--;
      now += wait;
    }
    return now + ahead;
  }

  private void assertTogether(Moment moment) {
    assertEquals(ahead, moment.wall() - moment.monotonic(), MS);
  }

  @Test
  void aWaitBetweenTheReadingsIsNoDriftOfTheClocks() {
    wait = 300 * MS;
    waits = 2;
    assertTogether(clock.get());
  }

  @Test
  void whatTheClocksDoIsSeenAtOnce() {
    for (long step : new long[] {3_600 * SECOND, -3_600 * SECOND, 2 * MS, -2 * MS}) {
      ahead += step;
      assertTogether(clock.get());
    }
  }

  @Test
  void clocksThatGoApartSlowlyAreFollowed() {
    for (int i = 0; i < 10_000; i++) {
      now += MS;
      ahead += 500;
      assertTogether(clock.get());
    }
  }

  @Test
  void theMachinesOwnClocksAreClose() {
    SystemMoments machine = new SystemMoments();
    Moment first = machine.get();
    Moment second = machine.get();
    assertTrue(second.monotonic() >= first.monotonic());
    assertTrue(Math.abs(second.wall() / SECOND - System.currentTimeMillis() / 1_000) <= 1);
  }
}
