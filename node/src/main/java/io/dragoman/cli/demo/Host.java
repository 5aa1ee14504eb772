package io.dragoman.cli.demo;

import java.util.List;

/**
 * Where a process of the demo runs.
 *
 * @param address that others reach it at
 * @param prefix what goes before a command to have it run there; the process is the command's own
 */
record Host(String address, List<String> prefix) {

  /** Where the demo itself runs. */
  static final Host LOCAL = new Host("127.0.0.1", List.of());

  Host {
    prefix = List.copyOf(prefix);
  }

  /** An address on it, as {@code host:port}. */
  String at(int port) {
    return address + ":" + port;
  }
}
