package io.dragoman.quota;

import java.io.IOException;

/** A newer release wrote this in a format that this one does not know. The message says so. */
public final class UnknownFormatException extends IOException {
  UnknownFormatException(String message) {
    super(message);
  }
}
