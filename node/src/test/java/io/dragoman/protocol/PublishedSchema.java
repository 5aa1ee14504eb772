package io.dragoman.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** One of the two schemas in {@code docs/protocol}, for tests to hold messages against. */
public final class PublishedSchema {
  public static final PublishedSchema CLIENT = read("client.schema.json");
  public static final PublishedSchema SERVER = read("server.schema.json");

  private final String file;
  private final JsonNode document;
  private final Schema asPublished;
  private final Schema strict;

  private PublishedSchema(String file, JsonNode document) {
    this.file = file;
    this.document = document;
    SchemaRegistry schemas = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    this.asPublished = schemas.getSchema(document);
    this.strict = schemas.getSchema(closed(document));
  }

  /** What a message breaks; a field that the schema does not describe counts too. */
  public List<String> broken(String json) {
    return broken(strict, json);
  }

  /** What a message breaks, as somebody sees it who ignores unknown fields. */
  List<String> brokenBesideUnknownFields(String json) {
    return broken(asPublished, json);
  }

  /** The descriptions of messages of a type, such as both of a caption. */
  List<JsonNode> shapes(String type) {
    return StreamSupport.stream(document.path("oneOf").spliterator(), false)
        .map(this::resolve)
        .filter(shape -> shape.at("/properties/type/const").asText().equals(type))
        .toList();
  }

  /** What a reference leads to; the same node where it is none. */
  JsonNode resolve(JsonNode node) {
    return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
  }

  @Override
  public String toString() {
    return file;
  }

  /** Of the kinds of message that it might be, only the likeliest one's objections are of use. */
  private static List<String> broken(Schema schema, String json) {
    return schema.validate(json, InputFormat.JSON).stream()
        .collect(Collectors.groupingBy(PublishedSchema::kind))
        .values()
        .stream()
        .min(Comparator.comparing(PublishedSchema::isOfAnotherType).thenComparing(List::size))
        .orElse(List.of())
        .stream()
        .map(error -> error.getInstanceLocation() + ": " + error.getMessage())
        .toList();
  }

  /** Such as {@code /oneOf/3}. */
  private static String kind(Error error) {
    return error.getEvaluationPath().toString().replaceAll("^(/oneOf/[0-9]+)?.*", "$1");
  }

  private static boolean isOfAnotherType(List<Error> errors) {
    return errors.stream()
        .anyMatch(
            error ->
                kind(error).isEmpty() || error.getInstanceLocation().toString().equals("/type"));
  }

  /** The same, where no object may have fields that are not described. */
  private static JsonNode closed(JsonNode document) {
    JsonNode copy = document.deepCopy();
    for (JsonNode definition : copy.path("$defs")) {
      if (definition.path("type").asText().equals("object")) {
        ((ObjectNode) definition).put("additionalProperties", false);
      }
    }
    return copy;
  }

  private static PublishedSchema read(String file) {
    Path path = Path.of(System.getProperty("basedir", "."), "..", "docs", "protocol", file);
    try {
      return new PublishedSchema(file, new ObjectMapper().readTree(path.toFile()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
