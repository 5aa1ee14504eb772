package io.dragoman;

import java.util.List;

/** The configuration is wrong; the message is one line for each mistake. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // An immutable list of strings is serialisable.
  private final List<String> mistakes;

  ConfigException(List<String> mistakes) {
    super(String.join("\n", mistakes));
    this.mistakes = List.copyOf(mistakes);
  }

  ConfigException(String mistake) {
    this(List.of(mistake));
  }

  /** One sentence each: where it is, which key, and what would be right. */
  public List<String> mistakes() {
    return mistakes;
  }
}
