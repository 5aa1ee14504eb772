package io.dragoman;

import io.dragoman.Given.Place;

/**
 * Something that is wrong with the configuration.
 *
 * @param sentence which key, what is wrong with it, and what would be right; never a secret
 */
record Mistake(Place place, String sentence) {

  /** The sentence with its place. */
  String told() {
    return place.equals(Place.NOWHERE) ? sentence : place + ": " + sentence;
  }
}
