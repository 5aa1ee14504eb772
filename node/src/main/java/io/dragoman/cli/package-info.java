/** The command line: one class per command. Nothing points here. */
@NullMarked
package io.dragoman.cli;

import org.jspecify.annotations.NullMarked;
