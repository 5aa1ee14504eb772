package io.dragoman;

import io.dragoman.Given.Place;

/**
 * Something that is wrong with the configuration.
 *
 * @param sentence which key, what is wrong with it, and what would be right; never a secret
 */
record Mistake(Place place, String sentence) {

  /** The whole sentence, with its place. */
  String told() {
    String end = sentence.endsWith(".") || sentence.endsWith("?") ? "" : ".";
    return (place.equals(Place.NOWHERE) ? "" : place + ": ") + sentence + end;
  }
}
