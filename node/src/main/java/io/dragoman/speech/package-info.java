/** Speech recognition: audio in, interim and final text out. A leaf. */
@NullMarked
package io.dragoman.speech;

import org.jspecify.annotations.NullMarked;
