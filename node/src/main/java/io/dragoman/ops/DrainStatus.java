package io.dragoman.ops;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * How far a node's drain is: {@code /drain}.
 *
 * @param node its name in this life
 * @param state as in {@link ClusterStatus.Node}
 * @param sessions that are still here
 * @param sessionsAtFirst that were here when the drain began; 0 before
 * @param leftMs until those that are still here are closed; 0 before the drain
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record DrainStatus(
    String node, String state, int sessions, int sessionsAtFirst, long leftMs) {}
