package io.dragoman.openai;

import java.time.Duration;

/**
 * What keeps the language model from serving this node at present, by the last calls to it.
 *
 * @param refused whether it refuses this node; otherwise it is away, and may come back by itself
 * @param reason for operators; holds nobody's words
 * @param lasting since the first call that met it
 * @param sinceTried since the last one; while no session needs it, nobody tries
 */
public record Trouble(boolean refused, String reason, Duration lasting, Duration sinceTried) {}
