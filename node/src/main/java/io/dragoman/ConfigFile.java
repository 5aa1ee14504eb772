package io.dragoman;

import io.dragoman.Given.Place;
import io.dragoman.Given.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.scanner.ScannerException;

/**
 * A YAML file of keys and values, each with its line. Of YAML it takes mappings, lists and plain
 * values, as they are written; tags and aliases it refuses. Nothing in the file makes an object.
 */
final class ConfigFile {
  private static final int MOST_BYTES = 256 * 1024;

  private static final Set<Tag> PLAIN =
      Set.of(
          Tag.STR,
          Tag.INT,
          Tag.FLOAT,
          Tag.BOOL,
          Tag.NULL,
          Tag.TIMESTAMP,
          Tag.MERGE,
          Tag.SEQ,
          Tag.MAP);

  private final String name;
  private final Map<String, Given> values = new LinkedHashMap<>();
  private final List<Mistake> mistakes = new ArrayList<>();

  /** An alias is the same node once more. */
  private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  private ConfigFile(String name) {
    this.name = name;
  }

  /** No file at all. */
  static ConfigFile none() {
    return new ConfigFile("");
  }

  /**
   * @throws ConfigException where it cannot be read, or is no YAML: then nothing else can be said
   */
  static ConfigFile read(Path path) {
    ConfigFile file = new ConfigFile(path.toString());
    Node root = file.compose(file.text(path));
    if (root instanceof MappingNode mapping) {
      file.add("", mapping);
    } else if (root != null && !root.getTag().equals(Tag.NULL)) {
      throw new ConfigException(
          path + ": a mapping is needed, of sections such as \"quota:\" and keys below them.");
    }
    return file;
  }

  /** By key, such as {@code quota.requests_per_minute}; sections are among them. */
  Map<String, Given> values() {
    return values;
  }

  /** What is wrong with the file itself, whatever its keys mean. */
  List<Mistake> mistakes() {
    return mistakes;
  }

  private String text(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new ConfigException(
            "%s: a configuration of more than %d KiB is not read."
                .formatted(name, MOST_BYTES / 1024));
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new ConfigException(name + ": this is not text in UTF-8.");
    } catch (IOException e) {
      throw new ConfigException(
          name
              + (Files.isDirectory(path)
                  ? ": this is a folder; name the file in it, for example node.yaml."
                  : Files.exists(path)
                      ? ": the configuration file cannot be read."
                      : ": there is no such configuration file."));
    }
  }

  private Node compose(String text) {
    LoaderOptions options = new LoaderOptions();
    // They are refused in a sentence, with their key.
    options.setTagInspector(tag -> true);
    try {
      return new Yaml(options).compose(new StringReader(text));
    } catch (MarkedYAMLException e) {
      List<String> tabs = tabs(text);
      throw tabs.isEmpty() ? new ConfigException(describe(e)) : new ConfigException(tabs);
    } catch (YAMLException e) {
      throw new ConfigException(name + ": this is not YAML that a configuration may be.");
    }
  }

  private String describe(MarkedYAMLException e) {
    int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
    // Others than the scanner may quote what is in the file, and that may be a secret.
    String problem = e instanceof ScannerException ? ": " + e.getProblem() : "";
    return Place.line(name, line) + ": this is not YAML" + problem + ".";
  }

  /** The usual reason, and all of them at once. */
  private List<String> tabs(String text) {
    List<String> lines = text.lines().toList();
    List<String> told = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).matches(" *\t.*")) {
        told.add(Place.line(name, i + 1) + ": a tab stands where YAML needs spaces.");
      }
    }
    return told;
  }

  private void add(String prefix, MappingNode mapping) {
    for (NodeTuple entry : mapping.getValue()) {
      Place place = Place.line(name, entry.getKeyNode().getStartMark().getLine() + 1);
      if (entry.getKeyNode() instanceof ScalarNode key && seen.add(key)) {
        add(prefix + key.getValue(), place, entry.getValueNode());
      } else {
        refuse(place, "this is no key; a key is one word.");
      }
    }
  }

  private void add(String key, Place place, Node node) {
    Given before = values.get(key);
    if (before != null) {
      refuse(
          place,
          "%s: stands here again; line %d has it already.".formatted(key, before.place().line()));
    } else if (!seen.add(node)) {
      refuse(place, key + ": aliases (*) are not taken; write the value out.");
    } else if (!PLAIN.contains(node.getTag())) {
      refuse(place, key + ": tags (!) are not taken; write the plain value, in quotes if need be.");
    } else {
      switch (node) {
        case MappingNode mapping -> {
          values.put(key, new Given(key, place, Shape.MAPPING, List.of()));
          add(key + ".", mapping);
        }
        case SequenceNode list -> addList(key, place, list);
        case ScalarNode value when value.getTag().equals(Tag.NULL) ->
            values.put(key, new Given(key, place, Shape.NOTHING, List.of()));
        case ScalarNode value ->
            values.put(key, new Given(key, place, Shape.VALUE, List.of(value.getValue())));
        default -> throw new AssertionError("no other node exists: " + node.getNodeId());
      }
    }
  }

  private void addList(String key, Place place, SequenceNode list) {
    List<String> items = new ArrayList<>();
    for (Node item : list.getValue()) {
      if (item instanceof ScalarNode value && PLAIN.contains(item.getTag()) && seen.add(item)) {
        items.add(value.getValue());
      } else {
        refuse(
            Place.line(name, item.getStartMark().getLine() + 1),
            key + ": an item of a list is one plain value.");
      }
    }
    values.put(key, new Given(key, place, Shape.LIST, List.copyOf(items)));
  }

  private void refuse(Place place, String sentence) {
    mistakes.add(new Mistake(place, sentence));
  }
}
