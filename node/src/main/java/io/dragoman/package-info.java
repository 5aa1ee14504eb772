/** The program: its entry point, and the wiring of one node. */
@NullMarked
package io.dragoman;

import org.jspecify.annotations.NullMarked;
