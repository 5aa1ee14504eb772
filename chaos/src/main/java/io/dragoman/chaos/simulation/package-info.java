/**
 * The quota on simulated machines, clocks and networks, with a judge: the real {@code quota}
 * classes, one thread for each run, and every chance drawn from one seed, so that a run can be
 * played again exactly.
 */
@NullMarked
package io.dragoman.chaos.simulation;

import org.jspecify.annotations.NullMarked;
