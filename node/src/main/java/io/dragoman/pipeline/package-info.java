/** From what was heard to captions: coalescing, translation, correction. */
@NullMarked
package io.dragoman.pipeline;

import org.jspecify.annotations.NullMarked;
