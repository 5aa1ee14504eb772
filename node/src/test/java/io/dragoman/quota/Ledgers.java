package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;

/** Compares ledgers, every field of them. */
final class Ledgers {
  private static final int SLOTS = 1_000;

  private Ledgers() {}

  static void assertSame(Ledger expected, Ledger actual) {
    for (Field field : Ledger.class.getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers()) && field.getType() != Bookings.class) {
        assertEquals(of(expected, field), of(actual, field), field.getName());
      }
    }
    assertSame(expected.bookings, actual.bookings, expected.asOf.monotonic());
  }

  /** The same counts at any time, and stops to count at the same moments. */
  private static void assertSame(Bookings expected, Bookings actual, long now) {
    assertEquals(expected.total(), actual.total());
    for (int i = -100; i < SLOTS; i++) {
      long then = now + i * Values.SLOT;
      assertEquals(expected.at(then).total(), actual.at(then).total(), "bookings");
    }
  }

  private static Object of(Ledger ledger, Field field) {
    try {
      return field.get(ledger);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
