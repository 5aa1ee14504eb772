package io.dragoman.cli;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Says so when Ctrl-C or SIGTERM asks this process to stop, and ends it at once when they ask
 * again. The first does what it does anyway, which is to run the shutdown hooks, unless the process
 * has a way of its own to stop.
 */
public final class StopSignals {
  private static final AtomicBoolean stopping = new AtomicBoolean();

  /** What a shell reports of a process that a signal ended: this, and the signal's number. */
  private static final int SIGNALLED = 128;

  private static volatile @Nullable Stop own;

  /** How a process stops that has much to finish before. */
  public interface Stop {
    /** Begins to, and does not wait. */
    void begin();

    /** What has not been done yet, for whoever ends it at once; a sentence, or several. */
    String unfinished();
  }

  private StopSignals() {}

  /** From now on, the first signal does this; the process is to end by itself after it. */
  public static void stopBy(Stop stop) {
    own = stop;
  }

  /**
   * From now on, for this process. A signal that is ignored, as in what {@code nohup} starts, stays
   * so.
   */
  public static void watch() {
    // By name, since javac warns of this class and cannot be told not to; there is no other.
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object stop =
          Proxy.newProxyInstance(
              StopSignals.class.getClassLoader(),
              new Class<?>[] {handler},
              (_, _, arguments) -> {
                onSignal((int) signal.getMethod("getNumber").invoke(arguments[0]));
                return null;
              });
      for (String name : List.of("INT", "TERM")) {
        Object instance = signal.getConstructor(String.class).newInstance(name);
        signal.getMethod("handle", signal, handler).invoke(null, instance, stop);
      }
    } catch (ReflectiveOperationException e) {
      // A Java without signals; then they do what they always do.
    }
  }

  /** Called on a thread of its own for each signal. */
  private static void onSignal(int number) {
    Stop stop = own;
    if (!stopping.compareAndSet(false, true)) {
      if (stop != null) {
        System.err.println("dragoman: ended at once. " + stop.unfinished());
      }
      Runtime.getRuntime().halt(SIGNALLED + number);
    }
    System.err.println("dragoman: stopping… (once more ends it at once)");
    if (stop == null) {
      System.exit(SIGNALLED + number);
    } else {
      stop.begin();
    }
  }
}
