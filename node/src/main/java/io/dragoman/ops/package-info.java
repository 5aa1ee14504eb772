/** What operators see: health, metrics, and how the whole cluster stands. */
@NullMarked
package io.dragoman.ops;

import org.jspecify.annotations.NullMarked;
