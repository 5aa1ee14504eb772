package io.dragoman.quota;

import java.io.IOException;

/** Bytes that no release can have written: they were cut off, or damaged. The message says how. */
public final class MalformedException extends IOException {
  MalformedException(String message, Throwable cause) {
    super(message, cause);
  }
}
