package io.dragoman;

/** Something in the configuration is wrong; the message is one sentence that says what to do. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ConfigException(String message) {
    super(message);
  }
}
