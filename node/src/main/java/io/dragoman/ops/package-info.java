/** What operators see: health and metrics. */
@NullMarked
package io.dragoman.ops;

import org.jspecify.annotations.NullMarked;
