/** The command line of {@code chaos}, which drives clusters, simulated ones and whole ones. */
@NullMarked
package io.dragoman.chaos;

import org.jspecify.annotations.NullMarked;
