package io.dragoman;

import io.dragoman.Given.Place;
import io.dragoman.Given.Shape;
import io.dragoman.Given.Source;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds what was given and means nothing, and what may have been meant instead. */
final class UnknownKeys {
  private final Set<String> keys;
  private final Set<String> sections = new TreeSet<>();
  private final Set<String> variables;

  /**
   * @param keys all that have a meaning
   * @param variables of the environment, all that have one
   */
  UnknownKeys(Set<String> keys, Set<String> variables) {
    this.keys = keys;
    this.variables = variables;
    for (String key : keys) {
      for (int dot = key.indexOf('.'); dot > 0; dot = key.indexOf('.', dot + 1)) {
        sections.add(key.substring(0, dot));
      }
    }
  }

  /**
   * Looks through a file or a command line.
   *
   * @param given those below a section after it
   */
  List<Mistake> among(Collection<Given> given) {
    List<Mistake> unknown = new ArrayList<>();
    String told = null;
    for (Given value : given) {
      String key = value.key();
      boolean mapping = value.shape() == Shape.MAPPING;
      if (sections.contains(key)) {
        if (!mapping && value.shape() != Shape.NOTHING) {
          unknown.add(
              new Mistake(value.place(), key + ": is a section, with keys of its own below it."));
        }
      } else if (told == null || !key.startsWith(told)) {
        if (!keys.contains(key)) {
          unknown.add(
              new Mistake(
                  value.place(), key + ": " + unknown("key", key, mapping ? sections : keys)));
        }
        // What stands below a key that is no section is told with it.
        told = mapping ? key + "." : null;
      }
    }
    return unknown;
  }

  /** Looks through the environment: what is called like a key of one of our sections. */
  List<Mistake> amongVariables(Collection<String> names) {
    return names.stream()
        .filter(name -> !variables.contains(name))
        .filter(
            name -> sections.stream().anyMatch(s -> name.startsWith(Settings.variable(s + "."))))
        .map(
            name ->
                new Mistake(
                    new Place(Source.ENVIRONMENT, 0, name), unknown("variable", name, variables)))
        .toList();
  }

  private static String unknown(String kind, String name, Set<String> others) {
    return "there is no such %s; %s"
        .formatted(
            kind,
            nearest(name, others)
                .map(other -> "did you mean " + other + "?")
                .orElse("cluster-config/node.yaml lists all there are."));
  }

  /** By few letters, or else with the same part after the last dot. */
  private static Optional<String> nearest(String written, Set<String> others) {
    return Spelling.nearest(written, others)
        .or(
            () ->
                others.stream().filter(key -> lastPart(key).equals(lastPart(written))).findFirst());
  }

  private static String lastPart(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }
}
