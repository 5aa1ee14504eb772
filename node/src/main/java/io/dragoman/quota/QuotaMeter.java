package io.dragoman.quota;

/**
 * Tells how much of the cluster's quota is in use. Thread-safe; may wait for the cluster for a
 * second, and never throws because of it.
 */
public interface QuotaMeter {
  QuotaUse use();
}
