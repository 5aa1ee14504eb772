package io.dragoman.ops;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * What all nodes together were asked since the cluster began, also those that are gone. They are
 * added up once a second, so the latest may lack; and a node that is killed takes a second's worth
 * with it.
 *
 * @param sessions that began
 * @param requests that were permitted
 * @param tokens that the quota was charged for those
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Totals(long sessions, long requests, long tokens) {
  public static final Totals NONE = new Totals(0, 0, 0);
}
