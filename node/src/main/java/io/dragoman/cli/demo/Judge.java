package io.dragoman.cli.demo;

import io.dragoman.protocol.ServerMessage.Caption;
import io.dragoman.protocol.ServerMessage.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Compares what one session received with what it spoke. Pure: it knows no node, only the clips'
 * timelines and the raw socket.
 *
 * <p>Words are compared exactly and in order, for each role and language by itself. A second final
 * of a segment, and a final in a language that nobody asked for, are doubled words. Where a real
 * service answers, nobody knows what it should say: then only the numbering and the number of
 * finals per segment are judged.
 */
final class Judge {
  static final String SPOKEN_LANG = "en-US";

  /** A stream of finals: one of each segment. */
  private record Line(Role role, String lang) {}

  private final String name;
  private final String targetLang;
  private final boolean wordsKnown;

  /**
   * @param name of the session, for its faults
   * @param wordsKnown whether stand-ins answered, so that every word is known
   */
  Judge(String name, String targetLang, boolean wordsKnown) {
    this.name = name;
    this.targetLang = targetLang;
    this.wordsKnown = wordsKnown;
  }

  /**
   * @param spoken the sentences that were sent, whole
   * @param finals in any order
   * @param seqs the sequence numbers of all that was received, in the order of arrival
   */
  Verdict judge(List<Utterance> spoken, List<Caption> finals, List<Long> seqs) {
    Map<Line, Function<Utterance, String>> lines = lines();
    int expected = spoken.size() * lines.size();
    List<String> faults = new ArrayList<>(numbering(seqs));
    List<Caption> firsts = firsts(finals);
    if (!wordsKnown) {
      int again = finals.size() - firsts.size();
      if (again > 0) {
        faults.add(name + ": " + again + " finals came again for a segment that had one");
      }
      return new Verdict(expected, finals.size(), 0, 0, faults);
    }
    int lost = 0;
    int matched = 0;
    for (Map.Entry<Line, Function<Utterance, String>> line : lines.entrySet()) {
      List<String> due = words(spoken.stream().map(line.getValue()));
      List<String> got =
          words(firsts.stream().filter(c -> line(c).equals(line.getKey())).map(Judge::text));
      int missing = WordDiff.between(due, got).lost();
      lost += missing;
      matched += due.size() - missing;
    }
    int received = words(finals.stream().map(Judge::text)).size();
    return new Verdict(expected, finals.size(), lost, received - matched, faults);
  }

  private Map<Line, Function<Utterance, String>> lines() {
    Map<Line, Function<Utterance, String>> lines = new LinkedHashMap<>();
    lines.put(new Line(Role.SOURCE, SPOKEN_LANG), Utterance::source);
    lines.put(new Line(Role.CORRECTED, SPOKEN_LANG), Utterance::corrected);
    lines.put(new Line(Role.TRANSLATION, targetLang), Utterance::translation);
    return lines;
  }

  /** In the order of their numbers, without a second one for a segment's role and language. */
  private static List<Caption> firsts(List<Caption> finals) {
    record Slot(String seg, Line line) {}
    Set<Slot> taken = new HashSet<>();
    return finals.stream()
        .sorted(Comparator.comparingLong(c -> Objects.requireNonNullElse(c.seq(), Long.MAX_VALUE)))
        .filter(c -> taken.add(new Slot(c.seg(), line(c))))
        .toList();
  }

  /** Numbers go up by one from 1. */
  private List<String> numbering(List<Long> seqs) {
    long due = 1;
    for (long seq : seqs) {
      if (seq != due) {
        return List.of(name + ": after seq " + (due - 1) + " came " + seq);
      }
      due++;
    }
    return List.of();
  }

  private static Line line(Caption caption) {
    return new Line(caption.role(), caption.lang());
  }

  private static String text(Caption caption) {
    return Objects.requireNonNullElse(caption.text(), "");
  }

  private static List<String> words(Stream<String> texts) {
    return texts
        .flatMap(text -> Stream.of(text.split("\\s+")))
        .filter(word -> !word.isEmpty())
        .toList();
  }
}
