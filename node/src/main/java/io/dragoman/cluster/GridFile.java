package io.dragoman.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.InvalidConfigurationException;
import com.hazelcast.config.YamlConfigBuilder;
import com.hazelcast.internal.config.SchemaViolationConfigurationException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The grid's own configuration, which all nodes of a cluster share. */
public final class GridFile {
  private GridFile() {}

  /** What is wrong with it, a sentence each; nothing where it can be used. */
  public static List<String> mistakes(Path file) {
    try {
      new YamlConfigBuilder(file.toString()).build();
      return List.of();
    } catch (SchemaViolationConfigurationException e) {
      return leaves(e).map(leaf -> "%s: %s.".formatted(file, describe(leaf))).toList();
    } catch (InvalidConfigurationException e) {
      return List.of("%s: %s.".formatted(file, root(e)));
    } catch (IOException e) {
      return List.of("%s cannot be read.".formatted(file));
    }
  }

  /**
   * @throws IOException with a sentence for a human
   */
  static Config load(Path file) throws IOException {
    List<String> mistakes = mistakes(file);
    if (!mistakes.isEmpty()) {
      throw new IOException(String.join(" ", mistakes));
    }
    return new YamlConfigBuilder(file.toString()).build();
  }

  private static Stream<SchemaViolationConfigurationException> leaves(
      SchemaViolationConfigurationException e) {
    return e.getErrors().isEmpty()
        ? Stream.of(e)
        : e.getErrors().stream().flatMap(GridFile::leaves);
  }

  /** The place is a JSON pointer, such as {@code #/hazelcast/network}. */
  private static String describe(SchemaViolationConfigurationException leaf) {
    String place = leaf.getInstanceLocation().replaceFirst("^#/?", "").replace('/', '.');
    return place.isEmpty() ? String.valueOf(leaf.getMessage()) : place + ": " + leaf.getMessage();
  }

  private static String root(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof ClassCastException
        ? "a mapping is needed, which begins with \"hazelcast:\""
        : String.valueOf(cause.getMessage()).strip().replaceAll("\\s+", " ");
  }
}
