package io.dragoman.standin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** A request that is refused, in the words and codes of OpenAI's error documents. */
final class ApiException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String type;
  private final @Nullable String param;
  private final @Nullable String code;

  ApiException(
      int status, String type, @Nullable String param, @Nullable String code, String message) {
    super(message, null, false, false);
    this.status = status;
    this.type = type;
    this.param = param;
    this.code = code;
  }

  /** A 400 about one parameter, or about the whole body where {@code param} is null. */
  static ApiException badRequest(@Nullable String param, @Nullable String code, String message) {
    return new ApiException(400, "invalid_request_error", param, code, message);
  }

  /** A 401. */
  static ApiException invalidKey(String message) {
    return new ApiException(401, "invalid_request_error", null, "invalid_api_key", message);
  }

  int status() {
    return status;
  }

  ObjectNode toJson() {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document
        .putObject("error")
        .put("message", getMessage())
        .put("type", type)
        .put("param", param)
        .put("code", code);
    return document;
  }
}
