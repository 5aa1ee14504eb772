package io.dragoman.session;

/**
 * A live session: {@code node} is the name of the node that carries it, {@code startedAtMs} is
 * epoch milliseconds.
 */
public record SessionEntry(String sid, String node, String kind, long startedAtMs) {}
