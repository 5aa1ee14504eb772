/**
 * WebSockets as RFC 6455 has them, the server's side: the handshake, strict reading, frames to
 * write, and an HTTP listener that no client can hold up. A leaf.
 */
@NullMarked
package io.dragoman.websocket;

import org.jspecify.annotations.NullMarked;
