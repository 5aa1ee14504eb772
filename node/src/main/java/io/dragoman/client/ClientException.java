package io.dragoman.client;

import java.util.Objects;

/** A session that could not be had or could not go on. The message is a sentence for people. */
public final class ClientException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean wrongAddress;

  public ClientException(String message) {
    super(message);
    wrongAddress = false;
  }

  ClientException(String message, Throwable cause) {
    this(message, false, cause);
  }

  ClientException(String message, boolean wrongAddress, Throwable cause) {
    super(message, cause);
    this.wrongAddress = wrongAddress;
  }

  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }

  /** Whether no session can be had at the address, whoever serves there. */
  public boolean isWrongAddress() {
    return wrongAddress;
  }
}
