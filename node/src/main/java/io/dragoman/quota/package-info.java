/** The shared language-model quota, as pure functions of state, input and time. A leaf. */
@NullMarked
package io.dragoman.quota;

import org.jspecify.annotations.NullMarked;
