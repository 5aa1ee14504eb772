/** Stand-ins for the services that cost keys, speaking their real wire protocols. A leaf. */
@NullMarked
package io.dragoman.standin;

import org.jspecify.annotations.NullMarked;
