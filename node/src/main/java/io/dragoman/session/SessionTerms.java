package io.dragoman.session;

import io.dragoman.pipeline.Caption;
import java.util.ArrayList;
import java.util.List;

/**
 * What was agreed on when a session began, and holds wherever it goes on.
 *
 * @param sampleRate in hertz
 * @param source what may be spoken, as BCP 47 tags, the likeliest first; at least one
 * @param targets the languages to translate into
 * @param correct whether to correct the grammar of what was said
 */
public record SessionTerms(
    String kind, int sampleRate, List<String> source, List<String> targets, boolean correct) {

  public SessionTerms {
    source = List.copyOf(source);
    targets = List.copyOf(targets);
  }

  /** What has to be made of each sentence that was said. */
  List<SessionRecord.Owed> owedFor(Caption.Final said) {
    List<SessionRecord.Owed> owed = new ArrayList<>();
    if (correct) {
      owed.add(new SessionRecord.Owed(Caption.Role.CORRECTED, source.getFirst(), said));
    }
    targets.forEach(
        target -> owed.add(new SessionRecord.Owed(Caption.Role.TRANSLATION, target, said)));
    return owed;
  }
}
