/** A live session: its socket, its audio, its captions, its place in the registry. */
@NullMarked
package io.dragoman.session;

import org.jspecify.annotations.NullMarked;
