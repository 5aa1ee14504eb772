/**
 * The quota beside Bucket4j-Hazelcast, under the same workload: {@link
 * io.dragoman.sidebyside.SideBySide} starts clusters of three {@link io.dragoman.sidebyside.Member}
 * processes, one cluster at a time, and counts what arrives of their requests.
 */
@NullMarked
package io.dragoman.sidebyside;

import org.jspecify.annotations.NullMarked;
