/** The wire between client and node: messages, their JSON form, close codes. A leaf. */
@NullMarked
package io.dragoman.protocol;

import org.jspecify.annotations.NullMarked;
