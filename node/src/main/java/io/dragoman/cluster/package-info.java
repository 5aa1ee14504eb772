/** The state that nodes share; the only package that knows the grid. */
@NullMarked
package io.dragoman.cluster;

import org.jspecify.annotations.NullMarked;
