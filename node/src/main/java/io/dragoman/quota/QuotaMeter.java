package io.dragoman.quota;

/** Tells how the cluster's quota stands. Thread-safe; never waits. */
public interface QuotaMeter {
  QuotaUse use();
}
