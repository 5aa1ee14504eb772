package io.dragoman.openai;

/** The tokens that the upstream says it used. */
public record Usage(int promptTokens, int completionTokens) {

  public int total() {
    return promptTokens + completionTokens;
  }
}
