package io.dragoman.websocket;

import java.time.Duration;

/**
 * How long an HTTP client may hold a connection up before it asks for a WebSocket.
 *
 * @param headBytes the most that a request's headers may take
 * @param firstHead how long the first request's head may take to come, from the connection on
 * @param nextHead how long after a request's head the next one's must have come, with the answer
 *     between them; a long answer has as much time again for each 16 KiB that were taken
 */
public record HttpLimits(int headBytes, Duration firstHead, Duration nextHead) {}
