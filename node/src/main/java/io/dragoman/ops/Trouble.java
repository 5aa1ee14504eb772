package io.dragoman.ops;

/**
 * A service that does not serve a node at present, by that node's last calls to it.
 *
 * @param service {@code speech} or {@code language_model}
 * @param state {@code away}, which may pass by itself; {@code refused}; or {@code limited}, where
 *     it serves the node, but holds the cluster back
 * @param reason in the service's words
 * @param lastsMs since the first call that met it, in milliseconds
 * @param triedMsAgo since the last one; while no session needs the service, nobody tries
 */
public record Trouble(String service, String state, String reason, long lastsMs, long triedMsAgo) {}
