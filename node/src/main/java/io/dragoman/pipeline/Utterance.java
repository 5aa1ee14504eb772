package io.dragoman.pipeline;

/**
 * What was heard of one segment so far, or for good.
 *
 * @param heardAt when, on the monotonic clock
 */
record Utterance(
    long segment, String text, long startSample, long endSample, boolean complete, long heardAt) {}
