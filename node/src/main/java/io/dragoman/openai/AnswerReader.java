package io.dragoman.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads one streamed answer: server-sent events, each with a chunk of the completion. Used by one
 * thread.
 *
 * <p>The usage comes in a chunk of its own, whose {@code choices} are empty, or not at all.
 */
final class AnswerReader {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DATA = "data:";
  private static final String DONE = "[DONE]";

  private final ChatListener listener;
  private final StringBuilder text = new StringBuilder();
  private String finishReason = "";
  private @Nullable Usage usage;

  AnswerReader(ChatListener listener) {
    this.listener = listener;
  }

  /** Reads to the end of the answer. */
  ApiResult read(BufferedReader lines) throws IOException {
    StringBuilder event = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(DATA)) {
        event.append(
            line, line.startsWith("data: ") ? DATA.length() + 1 : DATA.length(), line.length());
      } else if (line.isEmpty() && !event.isEmpty()) {
        String data = event.toString();
        event.setLength(0);
        if (data.equals(DONE)) {
          readOut(lines);
          return result();
        }
        ApiResult trouble = take(data);
        if (trouble != null) {
          return trouble;
        }
      }
    }
    return new ApiResult.Failed(true, true, "the stream broke off");
  }

  /** Reads what may follow the answer, so that the connection can be used again. */
  private static void readOut(BufferedReader lines) {
    try {
      while (lines.readLine() != null) {
        // Nothing of it matters.
      }
    } catch (IOException e) {
      // The answer is whole; only its connection is lost.
    }
  }

  private @Nullable ApiResult take(String data) {
    JsonNode chunk;
    try {
      chunk = JSON.readTree(data);
    } catch (JsonProcessingException e) {
      return new ApiResult.Failed(true, true, "a chunk of the answer is not JSON");
    }
    if (chunk.hasNonNull("error")) {
      return new ApiResult.Failed(true, true, "the upstream failed in the middle of its answer");
    }
    JsonNode reported = chunk.path("usage");
    if (reported.isObject()) {
      usage =
          new Usage(
              reported.path("prompt_tokens").asInt(), reported.path("completion_tokens").asInt());
    }
    JsonNode choice = chunk.path("choices").path(0);
    String delta = choice.path("delta").path("content").asText("");
    if (!delta.isEmpty()) {
      text.append(delta);
      listener.onText(delta);
    }
    if (choice.hasNonNull("finish_reason")) {
      finishReason = choice.path("finish_reason").asText();
    }
    return null;
  }

  private ApiResult result() {
    return switch (finishReason) {
      case "stop" -> new ApiResult.Completed(text.toString(), usage);
      case "" -> new ApiResult.Failed(true, true, "the stream broke off");
      default -> new ApiResult.Incomplete(text.toString(), finishReason);
    };
  }
}
