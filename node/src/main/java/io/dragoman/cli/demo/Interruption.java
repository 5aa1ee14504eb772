package io.dragoman.cli.demo;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Lets a command end in its own way on Ctrl-C and on SIGTERM: its thread is interrupted, and the
 * process waits until it has finished, then leaves with the command's own exit code.
 */
final class Interruption {

  /** For a sentence, for late finals, and for nodes that leave. */
  private static final int PATIENCE_S = 150;

  private final Thread thread;
  private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();

  private Interruption(Thread thread) {
    this.thread = thread;
  }

  /** From now on a signal interrupts the calling thread, until it says that it has finished. */
  static Interruption ofCurrentThread() {
    Interruption interruption = new Interruption(Thread.currentThread());
    Runtime.getRuntime().addShutdownHook(new Thread(interruption::onShutdown, "interruption"));
    return interruption;
  }

  /** The command is done; a signal that came before leaves with this code. */
  void finished(int code) {
    exitCode.complete(code);
  }

  private void onShutdown() {
    if (exitCode.isDone()) {
      return;
    }
    thread.interrupt();
    try {
      int code = exitCode.get(PATIENCE_S, TimeUnit.SECONDS);
      System.out.flush();
      Runtime.getRuntime().halt(code);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      // The signal's own exit code it is, then.
    }
  }
}
