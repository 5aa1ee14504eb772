package io.dragoman.pipeline;

/**
 * Text to show for one segment, in one role and language. Positions are the session's samples.
 *
 * <p>{@code segment} is the sample at which the segment begins: the end of the one before it, so
 * that the same stretch of audio always has the same segment. {@code revision} grows within a
 * segment, role and language.
 */
public sealed interface Caption {

  /** What a caption is. */
  enum Role {
    SOURCE,
    CORRECTED,
    TRANSLATION
  }

  Role role();

  /** The language of the text, as a BCP 47 tag. */
  String language();

  long segment();

  int revision();

  long startSample();

  long endSample();

  /** A caption that still grows; {@code stable} only ever gets longer within a segment. */
  record Partial(
      Role role,
      String language,
      long segment,
      int revision,
      long startSample,
      long endSample,
      String stable,
      String tentative)
      implements Caption {}

  /** The one caption that stands for good. */
  record Final(
      Role role,
      String language,
      long segment,
      int revision,
      long startSample,
      long endSample,
      String text)
      implements Caption {

    /** Where the next segment begins: where this one ends, and never where it began. */
    public long nextSegment() {
      return Math.max(endSample, segment + 1);
    }
  }
}
