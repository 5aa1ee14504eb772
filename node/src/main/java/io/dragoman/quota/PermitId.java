package io.dragoman.quota;

/**
 * The name of one permit, never used twice.
 *
 * @param holder the node that asks, in one life of its: a node that starts again is another holder
 * @param sequence counts the holder's asks
 */
public record PermitId(String holder, long sequence) {}
