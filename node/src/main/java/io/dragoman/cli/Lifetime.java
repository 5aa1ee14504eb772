package io.dragoman.cli;

import java.io.IOException;
import java.io.OutputStream;

/** How long a command that serves goes on. */
final class Lifetime {
  private Lifetime() {}

  /**
   * Waits for the end of standard input, or without {@code untilEof} for a signal. A parent that
   * holds the other end of the pipe so takes this process with it, however it dies.
   */
  static void await(boolean untilEof) throws InterruptedException {
    if (!untilEof) {
      Thread.currentThread().join();
    }
    drainInput();
  }

  private static void drainInput() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // A broken input is an end as well.
    }
  }

  /** Ends this process with its standard input, from now on and whatever it is doing. */
  static void endWithInput() {
    Thread.ofPlatform()
        .daemon()
        .name("until-eof")
        .start(
            () -> {
              drainInput();
              System.exit(ExitCode.OK);
            });
  }
}
