package io.dragoman.pipeline;

import java.util.List;

/**
 * What a session wants of its captions.
 *
 * @param source the language that is spoken, as a BCP 47 tag
 * @param targets the languages to translate into
 * @param correct whether to correct the grammar of what was said
 * @param growing whether to translate and correct sentences while they are spoken
 * @param stability how soon text counts as stable
 */
public record CaptionPlan(
    String source, List<String> targets, boolean correct, boolean growing, Stability stability) {

  /** How many versions in a row must agree on a word before it is shown as stable. */
  public enum Stability {
    FAST(2),
    BALANCED(3),
    STEADY(4);

    private final int versions;

    Stability(int versions) {
      this.versions = versions;
    }

    int versions() {
      return versions;
    }
  }

  public CaptionPlan {
    targets = List.copyOf(targets);
  }
}
