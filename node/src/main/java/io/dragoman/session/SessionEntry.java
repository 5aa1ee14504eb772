package io.dragoman.session;

/**
 * A session as the whole cluster sees it.
 *
 * @param sid the session's id, made by its client
 * @param node the node that carries it, in this life of the node: {@code Grid.node()}
 * @param kind the session's kind
 * @param startedAtMs when it started, in milliseconds since the epoch
 */
public record SessionEntry(String sid, String node, String kind, long startedAtMs) {}
