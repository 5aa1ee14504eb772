/** The demo: a whole cluster on one machine, its clients, and the judge of what they received. */
@NullMarked
package io.dragoman.cli.demo;

import org.jspecify.annotations.NullMarked;
