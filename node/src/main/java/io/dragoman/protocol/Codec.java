package io.dragoman.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The JSON form of messages, both ways. Thread-safe. */
public final class Codec {
  /** What a client's message may hold; a correct one needs a fraction of it. */
  private static final StreamReadConstraints LIMITS =
      StreamReadConstraints.builder()
          .maxNestingDepth(16)
          .maxStringLength(4_096)
          .maxNameLength(256)
          .maxNumberLength(32)
          .maxTokenCount(4_096)
          .build();

  /** A client is held to the letter: what it means must not be guessed. */
  private static final ObjectMapper SERVER_SIDE =
      mapper(
              JsonFactory.builder()
                  .streamReadConstraints(LIMITS)
                  // A buffer for each thread would stay with every session.
                  .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  /** Clients ignore what they do not know, so that servers may say more in later versions. */
  private static final ObjectMapper CLIENT_SIDE =
      mapper(new JsonFactory()).disable(DeserializationFeature.FAIL_ON_INVALID_SUBTYPE).build();

  private Codec() {}

  private static JsonMapper.Builder mapper(JsonFactory factory) {
    return JsonMapper.builder(factory)
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .defaultPropertyInclusion(
            JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  }

  /**
   * A message that is not one of the protocol's. Its message quotes nothing of what was received.
   */
  public static final class BadMessageException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String reason;

    BadMessageException(String reason) {
      super(reason);
      this.reason = reason;
    }

    /** A sentence for the client. */
    public String reason() {
      return reason;
    }
  }

  public static String encode(ClientMessage message) {
    return write(ClientMessage.class, message);
  }

  public static String encode(ServerMessage message) {
    return write(ServerMessage.class, message);
  }

  /** Reads what a client sent. */
  public static ClientMessage decodeClient(String json) throws BadMessageException {
    return read(SERVER_SIDE, ClientMessage.class, json);
  }

  /** Reads what a node sent; null for a message of a type that this version does not know. */
  public static @Nullable ServerMessage decodeServer(String json) throws BadMessageException {
    try {
      return CLIENT_SIDE.readValue(json, ServerMessage.class);
    } catch (JsonProcessingException e) {
      throw new BadMessageException(describe(e));
    }
  }

  /**
   * The number of a message that a node sent, whatever its type; empty for one that has none, which
   * may be dropped.
   */
  public static OptionalLong seq(String json) {
    try {
      JsonNode seq = CLIENT_SIDE.readTree(json).path("seq");
      return seq.isIntegralNumber() ? OptionalLong.of(seq.longValue()) : OptionalLong.empty();
    } catch (JsonProcessingException e) {
      return OptionalLong.empty();
    }
  }

  private static <T> T read(ObjectMapper mapper, Class<T> type, String json)
      throws BadMessageException {
    T message;
    try {
      message = mapper.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new BadMessageException(describe(e));
    }
    if (message == null) {
      throw new BadMessageException("the message is null, not an object");
    }
    return message;
  }

  private static <T> String write(Class<T> type, T message) {
    try {
      return SERVER_SIDE.writerFor(type).writeValueAsString(message);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a message that cannot be written", e);
    }
  }

  /** Where and what, without a word of the content. */
  private static String describe(JsonProcessingException e) {
    String what =
        switch (e) {
          case InvalidTypeIdException unknown -> "the message has no type that is known here";
          case MismatchedInputException mismatch when !mismatch.getPath().isEmpty() ->
              "a field has the wrong type: " + path(mismatch);
          case MismatchedInputException _ -> "the message is not one JSON object";
          case JsonProcessingException excess when isExcess(excess) ->
              "the message is nested too deeply, or a part of it is too long";
          default -> "the message is not JSON";
        };
    return e.getLocation() == null
        ? what
        : what + " (column " + e.getLocation().getColumnNr() + ")";
  }

  private static boolean isExcess(JsonProcessingException e) {
    return e instanceof StreamConstraintsException
        || e.getCause() instanceof StreamConstraintsException;
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(ref -> ref.getFieldName() == null ? "[" + ref.getIndex() + "]" : ref.getFieldName())
        .collect(Collectors.joining("."));
  }
}
