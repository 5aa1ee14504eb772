package io.dragoman.session;

import java.time.Duration;

/**
 * What a client's connection may do on a node. The ranges are those of the keys that it is read
 * from.
 *
 * @param most how many connections a node holds at once, with sessions or without, beside 500 more
 *     that never have one
 * @param messageBytes the largest message that a client may send
 * @param fragments how many frames a message may be cut into
 * @param messagesPerSecond how fast a client may send messages of any kind, on average; it is read
 *     no faster
 * @param outboxMessages how many messages may wait for a client that does not read, beside partials
 * @param outboxBytes how many bytes they may have
 * @param ping how long a client may send nothing before it is asked whether it is there; after
 *     three of these its connection is cut
 * @param longest how long a connection may last, until its client is asked to open another; some
 *     are asked up to a tenth sooner, so that not all come at once
 * @param patience how long a client may take to read a message, or all that waits at the end (as
 *     long again for each 16 KiB of it), and to answer a close, before its connection is cut
 */
public record ConnectionConfig(
    int most,
    int messageBytes,
    int fragments,
    int messagesPerSecond,
    int outboxMessages,
    int outboxBytes,
    Duration ping,
    Duration longest,
    Duration patience,
    Origins origins) {}
