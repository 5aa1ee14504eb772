package io.dragoman.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The published schemas say what the records say: each field, its type, and whether it is owed. */
class PublishedSchemaTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TestFactory
  Stream<DynamicTest> everyMessageIsDescribedAsItsRecordIs() {
    return Stream.concat(
        described(PublishedSchema.CLIENT, ClientMessage.class),
        described(PublishedSchema.SERVER, ServerMessage.class));
  }

  @ParameterizedTest
  @MethodSource("io.dragoman.protocol.CodecTest#clientMessages")
  void whatIsSaidByAClientHolds(ClientMessage message) throws Exception {
    assertHolds(PublishedSchema.CLIENT, Codec.encode(message));
  }

  @ParameterizedTest
  @MethodSource("io.dragoman.protocol.CodecTest#serverMessages")
  void whatIsSaidByANodeHolds(ServerMessage message) throws Exception {
    assertHolds(PublishedSchema.SERVER, Codec.encode(message));
  }

  /**
   * It holds as it is and with an unknown field, and without any field that is owed it does not.
   */
  private static void assertHolds(PublishedSchema schema, String json) throws Exception {
    assertEquals(List.of(), schema.broken(json), json);
    ObjectNode message = (ObjectNode) JSON.readTree(json);
    Set<String> owed =
        schema.shapes(message.path("type").asText()).stream()
            .map(PublishedSchemaTest::required)
            .reduce(PublishedSchemaTest::common)
            .orElseThrow();
    for (String name : owed) {
      ObjectNode less = message.deepCopy();
      less.remove(name);
      assertFalse(schema.broken(less.toString()).isEmpty(), () -> "without " + name);
    }
    String more = message.put("of_tomorrow", 1).toString();
    assertFalse(schema.broken(more).isEmpty(), more);
    assertEquals(List.of(), schema.brokenBesideUnknownFields(more), more);
  }

  private static Stream<DynamicTest> described(PublishedSchema schema, Class<?> sealed) {
    var names =
        Arrays.stream(sealed.getAnnotation(JsonSubTypes.class).value())
            .collect(Collectors.toMap(JsonSubTypes.Type::value, JsonSubTypes.Type::name));
    return Arrays.stream(sealed.getPermittedSubclasses())
        .map(
            record -> {
              String type = names.getOrDefault(record, record + " without a @JsonSubTypes name");
              return dynamicTest(type, () -> assertDescribed(schema, type, record));
            });
  }

  private static void assertDescribed(PublishedSchema schema, String type, Class<?> record) {
    List<JsonNode> shapes = schema.shapes(type);
    assertFalse(shapes.isEmpty(), () -> schema + " has no message with the type " + type);
    new Comparison(schema, type).compare(record, shapes, Set.of("type"));
  }

  /** Compares one message's record with its description, and tells which field of it differs. */
  private record Comparison(PublishedSchema schema, String where) {

    void compare(Class<?> record, List<JsonNode> shapes, Set<String> beside) {
      Set<String> described = new TreeSet<>();
      shapes.forEach(
          shape -> shape.path("properties").fieldNames().forEachRemaining(described::add));
      Set<String> said = new TreeSet<>(beside);
      for (RecordComponent component : record.getRecordComponents()) {
        said.add(name(component));
      }
      assertEquals(said, described, () -> schema + ": the fields of " + where);
      for (RecordComponent component : record.getRecordComponents()) {
        field(component, shapes);
      }
    }

    private void field(RecordComponent component, List<JsonNode> shapes) {
      String name = name(component);
      Comparison field = new Comparison(schema, where + "." + name);
      boolean owed = shapes.stream().allMatch(shape -> required(shape).contains(name));
      boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
      for (JsonNode shape : shapes) {
        JsonNode property = shape.path("properties").path(name);
        if (property.isMissingNode()) {
          continue;
        }
        JsonNode description = schema.resolve(property);
        assertTrue(
            description.path("description").asText().length() > 5,
            () -> schema + ": " + field.where + " has no description");
        assertEquals(
            owed,
            !nullable && !description.has("default"),
            () ->
                schema + ": whether " + field.where + " is required; it is nullable: " + nullable);
        field.type(component.getGenericType(), description);
      }
    }

    private void type(Type type, JsonNode description) {
      String says = schema + ": the type of " + where;
      switch (type) {
        case ParameterizedType list -> {
          assertEquals("array", kind(description), says);
          type(list.getActualTypeArguments()[0], schema.resolve(description.path("items")));
        }
        case Class<?> words when words.isEnum() ->
            assertEquals(words(words), texts(description.path("enum")), says);
        case Class<?> record when record.isRecord() -> {
          assertEquals("object", kind(description), says);
          compare(record, List.of(description), Set.of());
        }
        case Class<?> plain ->
            assertEquals(
                switch (plain.getSimpleName()) {
                  case "String" -> "string";
                  case "boolean", "Boolean" -> "boolean";
                  default -> "integer";
                },
                kind(description),
                says);
        default -> throw new AssertionError(says + " is not known here: " + type);
      }
    }

    private static String kind(JsonNode description) {
      JsonNode example =
          description.has("const") ? description.get("const") : description.path("enum").path(0);
      return switch (example.getNodeType()) {
        case STRING -> "string";
        case BOOLEAN -> "boolean";
        case NUMBER -> "integer";
        default -> description.path("type").asText();
      };
    }
  }

  private static String name(RecordComponent component) {
    JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
    return named != null
        ? named.value()
        : component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  private static Set<String> words(Class<?> type) {
    return Arrays.stream(type.getFields())
        .filter(java.lang.reflect.Field::isEnumConstant)
        .map(constant -> constant.getAnnotation(JsonProperty.class).value())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> required(JsonNode shape) {
    return texts(shape.path("required"));
  }

  private static Set<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> common(Set<String> some, Set<String> others) {
    Set<String> both = new HashSet<>(some);
    both.retainAll(others);
    return both;
  }
}
