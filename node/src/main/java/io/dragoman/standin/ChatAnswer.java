package io.dragoman.standin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one call, and the documents that OpenAI would wrap it in. Each says that it comes
 * from a stand-in: in {@code model}, where OpenAI too answers with a name more exact than the one
 * that was asked for, in {@code id} and in {@code system_fingerprint}.
 *
 * @param number of the call, for its id
 * @param createdSeconds since the epoch
 * @param tokens the text
 * @param finishReason {@code stop}, or {@code length} where the text was cut off
 */
record ChatAnswer(
    ChatCall call, long number, long createdSeconds, List<String> tokens, String finishReason) {
  static final String LABEL = "stand-in";

  static ChatAnswer of(ChatCall call, String text, long number, long createdSeconds) {
    List<String> all = Tokens.split(text);
    return all.size() <= call.maxAnswerTokens()
        ? new ChatAnswer(call, number, createdSeconds, all, "stop")
        : new ChatAnswer(
            call, number, createdSeconds, all.subList(0, call.maxAnswerTokens()), "length");
  }

  /** The same answer, but of so many tokens at most, and ended for this reason. */
  ChatAnswer cutAfter(int most, String reason) {
    return new ChatAnswer(
        call, number, createdSeconds, tokens.subList(0, Math.min(most, tokens.size())), reason);
  }

  int usedTokens() {
    return call.promptTokens() + tokens.size();
  }

  /** The one document of an answer that is not streamed. */
  ObjectNode completion() {
    ObjectNode document = document("chat.completion");
    ObjectNode choice = document.putArray("choices").addObject().put("index", 0);
    choice
        .putObject("message")
        .put("role", "assistant")
        .put("content", String.join("", tokens))
        .putNull("refusal");
    choice.putNull("logprobs").put("finish_reason", finishReason);
    document.set("usage", usage());
    return document;
  }

  /** The chunk before the first token. */
  ObjectNode roleChunk() {
    ObjectNode delta = delta().put("role", "assistant").put("content", "").putNull("refusal");
    return chunk(delta, null);
  }

  ObjectNode tokenChunk(String token) {
    return chunk(delta().put("content", token), null);
  }

  /** The chunk after the last token. */
  ObjectNode finishChunk() {
    return chunk(delta(), finishReason);
  }

  /** The chunk after everything, without choices, where the call asks for the usage. */
  ObjectNode usageChunk() {
    ObjectNode document = document("chat.completion.chunk");
    document.putArray("choices");
    document.set("usage", usage());
    return document;
  }

  private ObjectNode chunk(ObjectNode delta, @Nullable String finish) {
    ObjectNode document = document("chat.completion.chunk");
    ObjectNode choice = document.putArray("choices").addObject().put("index", 0);
    choice.set("delta", delta);
    choice.putNull("logprobs").put("finish_reason", finish);
    return call.includeUsage() ? document.putNull("usage") : document;
  }

  private ObjectNode document(String object) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", "chatcmpl-" + LABEL + "-" + number)
        .put("object", object)
        .put("created", createdSeconds)
        .put("model", call.model() + "-" + LABEL)
        .put("system_fingerprint", LABEL);
  }

  private ObjectNode usage() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("prompt_tokens", call.promptTokens())
        .put("completion_tokens", tokens.size())
        .put("total_tokens", usedTokens());
  }

  private static ObjectNode delta() {
    return JsonNodeFactory.instance.objectNode();
  }
}
