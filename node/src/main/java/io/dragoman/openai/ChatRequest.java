package io.dragoman.openai;

/**
 * One request for a chat completion, always streamed.
 *
 * @param model the model's name
 * @param system the instructions
 * @param user the text they apply to
 * @param maxCompletionTokens the most tokens that the answer may have; sent as {@code
 *     max_completion_tokens}
 */
public record ChatRequest(String model, String system, String user, int maxCompletionTokens) {
  public ChatRequest {
    if (maxCompletionTokens <= 0) {
      throw new IllegalArgumentException(
          "maxCompletionTokens: " + maxCompletionTokens + " is not positive");
    }
  }
}
