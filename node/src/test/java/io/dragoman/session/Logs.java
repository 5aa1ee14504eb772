package io.dragoman.session;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/** What is logged as information or worse while it is open, by the node and by Helidon. */
final class Logs extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final ch.qos.logback.classic.Logger root =
      (ch.qos.logback.classic.Logger) LoggerFactory.getLogger("ROOT");
  private final Handler helidon =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          if (entry.getLevel().intValue() >= java.util.logging.Level.WARNING.intValue()) {
            lines.add(entry.getLoggerName() + ": " + entry.getMessage());
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  Logs() {
    start();
    root.addAppender(this);
    Logger.getLogger("").addHandler(helidon);
  }

  /**
   * The lines of the node from information on, and those of Helidon from warnings on; the first of
   * them, for a test's failure to be read.
   */
  List<String> lines() {
    return lines.stream().limit(5).toList();
  }

  /** How many lines from information on are about a session, and say so. */
  long count(String sid, String what) {
    return lines.stream().filter(line -> line.contains(sid) && line.contains(what)).count();
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (event.getLevel().isGreaterOrEqual(Level.INFO)) {
      lines.add(event.getLoggerName() + ": " + event.getFormattedMessage());
    }
  }

  @Override
  public void close() {
    root.detachAppender(this);
    Logger.getLogger("").removeHandler(helidon);
  }
}
