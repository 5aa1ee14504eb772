/** The client's side of a session. */
@NullMarked
package io.dragoman.client;

import org.jspecify.annotations.NullMarked;
