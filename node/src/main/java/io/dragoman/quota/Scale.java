package io.dragoman.quota;

import java.math.BigInteger;

/** Proportions of whole numbers, without overflow on the way. */
final class Scale {
  private Scale() {}

  /**
   * {@code amount * part / whole}, rounded down; none may be negative, and {@code whole} not zero.
   * A result that no long can hold is {@link Long#MAX_VALUE}.
   */
  static long of(long amount, long part, long whole) {
    if (Math.multiplyHigh(amount, part) == 0) {
      long product = amount * part;
      if (product >= 0) {
        return product / whole;
      }
    }
    BigInteger exact =
        BigInteger.valueOf(amount)
            .multiply(BigInteger.valueOf(part))
            .divide(BigInteger.valueOf(whole));
    return exact.bitLength() < Long.SIZE ? exact.longValue() : Long.MAX_VALUE;
  }
}
