package io.dragoman.standin;

import static io.dragoman.standin.ApiException.badRequest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A valid body of {@code POST /v1/chat/completions}. It is read more strictly than OpenAI reads it:
 * content is a string, and a parameter that would change the answer in a way that the stand-in does
 * not play is refused, never ignored.
 *
 * @param system the first instruction, of role {@code system} or {@code developer}; may be empty
 * @param user the last message of role {@code user}; may be empty
 * @param promptTokens of all messages
 * @param maxAnswerTokens where an answer is cut off
 */
record ChatCall(
    String model,
    String system,
    String user,
    boolean stream,
    boolean includeUsage,
    int promptTokens,
    int maxAnswerTokens) {

  /** How long an answer may become where the request does not say; it is charged for all of it. */
  static final int DEFAULT_MAX_ANSWER_TOKENS = 4_096;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .build();

  private static final List<String> ROLES = List.of("system", "developer", "user", "assistant");

  private static final Set<String> UNDERSTOOD =
      Set.of(
          "model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens");

  /** Known to OpenAI, and of no consequence here: answers do not vary. */
  private static final Set<String> WITHOUT_CONSEQUENCE =
      Set.of(
          "temperature",
          "top_p",
          "seed",
          "user",
          "presence_penalty",
          "frequency_penalty",
          "store",
          "metadata",
          "service_tier",
          "reasoning_effort",
          "verbosity",
          "prompt_cache_key",
          "safety_identifier");

  private record Message(String role, String content) {
    int tokens() {
      return Tokens.PER_MESSAGE + Tokens.count(content);
    }
  }

  /** The most tokens that this call can use. */
  long reservedTokens() {
    return (long) promptTokens + maxAnswerTokens;
  }

  static ChatCall parse(byte[] body) throws ApiException {
    JsonNode root = tree(body);
    for (String name : (Iterable<String>) root::fieldNames) {
      if (!UNDERSTOOD.contains(name) && !WITHOUT_CONSEQUENCE.contains(name)) {
        throw badRequest(name, null, "Unrecognized request argument supplied: " + name);
      }
    }
    String model = text(root, "model", "model");
    if (model.isBlank()) {
      throw badRequest("model", null, "you must provide a model parameter");
    }
    List<Message> messages = messages(root);
    boolean stream = flag(root, "stream", "stream");
    return new ChatCall(
        model,
        messages.stream()
            .filter(message -> message.role.equals("system") || message.role.equals("developer"))
            .findFirst()
            .map(Message::content)
            .orElse(""),
        messages.stream()
            .filter(message -> message.role.equals("user"))
            .reduce((earlier, later) -> later)
            .map(Message::content)
            .orElse(""),
        stream,
        includeUsage(root, stream),
        messages.stream().mapToInt(Message::tokens).sum(),
        maxAnswerTokens(root));
  }

  private static JsonNode tree(byte[] body) throws ApiException {
    JsonNode root;
    try {
      root = JSON.readTree(body);
    } catch (IOException e) {
      throw badRequest(null, null, "We could not parse the JSON body of your request.");
    }
    if (!root.isObject()) {
      throw badRequest(null, null, "The body of your request is not a JSON object.");
    }
    return root;
  }

  private static List<Message> messages(JsonNode root) throws ApiException {
    JsonNode array = root.path("messages");
    if (array.isMissingNode()) {
      throw missing("messages");
    }
    if (!array.isArray()) {
      throw wrongType("messages", "an array of objects");
    }
    if (array.isEmpty()) {
      throw badRequest("messages", "empty_array", "Invalid 'messages': empty array.");
    }
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      messages.add(message(array.path(i), "messages[" + i + "]"));
    }
    return messages;
  }

  private static Message message(JsonNode message, String path) throws ApiException {
    if (!message.isObject()) {
      throw wrongType(path, "an object");
    }
    String role = text(message, "role", path + ".role");
    if (!ROLES.contains(role)) {
      throw badRequest(
          path + ".role",
          "invalid_value",
          "Invalid value: '%s'. Supported values are: %s."
              .formatted(role, String.join(", ", ROLES)));
    }
    return new Message(role, text(message, "content", path + ".content"));
  }

  private static boolean includeUsage(JsonNode root, boolean stream) throws ApiException {
    JsonNode options = optional(root, "stream_options");
    if (options == null) {
      return false;
    }
    if (!stream) {
      throw badRequest(
          "stream_options",
          null,
          "The 'stream_options' parameter is only allowed when 'stream' is enabled.");
    }
    if (!options.isObject()) {
      throw wrongType("stream_options", "an object");
    }
    return flag(options, "include_usage", "stream_options.include_usage");
  }

  private static int maxAnswerTokens(JsonNode root) throws ApiException {
    JsonNode completion = optional(root, "max_completion_tokens");
    JsonNode deprecated = optional(root, "max_tokens");
    if (completion != null && deprecated != null) {
      throw badRequest(
          "max_tokens",
          "invalid_parameter_combination",
          "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.");
    }
    if (completion != null) {
      return positive(completion, "max_completion_tokens");
    }
    return deprecated == null ? DEFAULT_MAX_ANSWER_TOKENS : positive(deprecated, "max_tokens");
  }

  private static int positive(JsonNode value, String path) throws ApiException {
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw wrongType(path, "an integer");
    }
    if (value.intValue() < 1) {
      throw badRequest(
          path,
          "integer_below_min_value",
          "Invalid '%s': integer below minimum value. Expected a value >= 1, but got %d instead."
              .formatted(path, value.intValue()));
    }
    return value.intValue();
  }

  private static String text(JsonNode owner, String name, String path) throws ApiException {
    JsonNode value = optional(owner, name);
    if (value == null) {
      throw missing(path);
    }
    if (!value.isTextual()) {
      throw wrongType(path, "a string");
    }
    return value.textValue();
  }

  private static boolean flag(JsonNode owner, String name, String path) throws ApiException {
    JsonNode value = optional(owner, name);
    if (value != null && !value.isBoolean()) {
      throw wrongType(path, "a boolean");
    }
    return value != null && value.booleanValue();
  }

  /** Null also for a JSON null, which OpenAI takes as absent. */
  private static @Nullable JsonNode optional(JsonNode owner, String name) {
    JsonNode value = owner.get(name);
    return value == null || value.isNull() ? null : value;
  }

  private static ApiException missing(String path) {
    return badRequest(
        path, "missing_required_parameter", "Missing required parameter: '%s'.".formatted(path));
  }

  private static ApiException wrongType(String path, String expected) {
    return badRequest(
        path, "invalid_type", "Invalid type for '%s': expected %s.".formatted(path, expected));
  }
}
