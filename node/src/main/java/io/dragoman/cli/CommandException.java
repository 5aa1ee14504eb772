package io.dragoman.cli;

import java.util.Objects;

/**
 * Trouble that a command expects: it is told, and ends the command. The message is one sentence, or
 * several, one a line.
 */
public final class CommandException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  /**
   * @param exitCode one of {@link ExitCode}'s
   */
  public CommandException(int exitCode, String sentence) {
    super(sentence);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }

  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
