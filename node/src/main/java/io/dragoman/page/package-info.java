/**
 * The captions page that every node serves: its files, the clips, and the headers that guard them.
 */
@NullMarked
package io.dragoman.page;

import org.jspecify.annotations.NullMarked;
