package io.dragoman.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Tells from an answer that is no success whether the same request may succeed later. Of the error
 * document only the code is used: its message may hold a part of the key.
 */
final class ErrorReader {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST = 65_536;
  private static final Pattern CODE = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

  /** Said with a 429, like a limit that passes; but these do not. */
  private static final Set<String> UNPAID =
      Set.of("insufficient_quota", "billing_hard_limit_reached", "billing_not_active");

  private ErrorReader() {}

  static ApiResult read(int status, HttpHeaders headers, InputStream body) throws IOException {
    String code = code(status, body);
    return switch (status) {
      case 401, 403, 404 -> new ApiResult.Refused(code);
      case 429 ->
          UNPAID.contains(code)
              ? new ApiResult.Refused("insufficient_quota")
              : new ApiResult.RateLimited(
                  HeaderReader.retryAfter(headers), HeaderReader.limits(headers));
      case 408, 409 -> new ApiResult.Failed(true, true, "status " + status);
      default -> new ApiResult.Failed(status >= 500, true, "status " + status);
    };
  }

  /** The document's code, else its type, else the status. */
  private static String code(int status, InputStream body) throws IOException {
    byte[] document = body.readNBytes(LONGEST);
    try {
      JsonNode error = JSON.readTree(document).path("error");
      for (String field : new String[] {"code", "type"}) {
        String value = error.path(field).asText("");
        if (!error.path(field).isNull() && CODE.matcher(value).matches()) {
          return value;
        }
      }
    } catch (JsonProcessingException e) {
      // A proxy's page, perhaps.
    }
    return "status " + status;
  }
}
