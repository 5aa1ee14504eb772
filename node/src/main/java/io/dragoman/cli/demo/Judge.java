package io.dragoman.cli.demo;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import io.dragoman.protocol.ServerMessage.Caption;
import io.dragoman.protocol.ServerMessage.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
 * service answers, nobody knows what it should say: then words are not judged.
 *
 * <p>Whatever was said, it is a fault when finals are not numbered from 1 without a hole, when
 * nothing was heard of what was spoken, and when a segment that was heard has not exactly one final
 * in each role and language.
 */
final class Judge {
  static final String SPOKEN_LANG = "en-US";

  /** A stream of finals: one of each segment. */
  private record Line(Role role, String lang) {}

  private static final Line SOURCE = new Line(Role.SOURCE, SPOKEN_LANG);

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
    faults.addAll(completeness(spoken, finals));
    List<Caption> firsts = firsts(finals);
    if (!wordsKnown) {
      return new Verdict(expected, finals.size(), 0, 0, faults);
    }
    int lost = 0;
    int matched = 0;
    for (Map.Entry<Line, Function<Utterance, String>> line : lines.entrySet()) {
      List<String> got =
          firsts.stream().filter(c -> line(c).equals(line.getKey())).map(Judge::text).toList();
      List<String> due = words(spoken.stream().map(line.getValue()));
      WordDiff diff = WordDiff.between(due, words(got.stream()));
      if (diff.lost() + diff.doubled() > 0) {
        faults.add(difference(line, spoken, got));
      }
      lost += diff.lost();
      matched += due.size() - diff.lost();
    }
    int received = words(finals.stream().map(Judge::text)).size();
    return new Verdict(expected, finals.size(), lost, received - matched, faults);
  }

  private Map<Line, Function<Utterance, String>> lines() {
    Map<Line, Function<Utterance, String>> lines = new LinkedHashMap<>();
    lines.put(SOURCE, Utterance::source);
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

  /** Names the sentences of a line that did not come as they were spoken, and what came instead. */
  private String difference(
      Map.Entry<Line, Function<Utterance, String>> line,
      List<Utterance> spoken,
      List<String> received) {
    List<String> beyond = new ArrayList<>(received);
    List<String> lost = new ArrayList<>();
    for (Utterance utterance : spoken) {
      String text = line.getValue().apply(utterance);
      if (!beyond.remove(text)) {
        double seconds = (double) utterance.startSample() / Track.SAMPLE_RATE;
        lost.add(String.format(Locale.ROOT, "\"%s\" (at %.1f s)", text, seconds));
      }
    }
    return "%s: %s; did not come: %s; came instead: %s"
        .formatted(
            name,
            finals(line.getKey()),
            some(lost),
            some(beyond.stream().map("\"%s\""::formatted).toList()));
  }

  private static String some(List<String> sentences) {
    return switch (sentences.size()) {
      case 0 -> "none";
      case 1, 2 -> String.join(", ", sentences);
      default -> sentences.getFirst() + " and %d more".formatted(sentences.size() - 1);
    };
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

  /** What can be asked of finals without knowing a word of them. */
  private List<String> completeness(List<Utterance> spoken, List<Caption> finals) {
    List<String> faults = new ArrayList<>();
    long unnumbered = finals.stream().filter(c -> c.seq() == null).count();
    if (unnumbered > 0) {
      faults.add(name + ": finals without a seq: " + unnumbered);
    }
    Map<Line, List<String>> segments =
        finals.stream().collect(groupingBy(Judge::line, mapping(Caption::seg, toList())));
    List<String> heard = segments.getOrDefault(SOURCE, List.of());
    if (heard.isEmpty() && !spoken.isEmpty()) {
      faults.add(name + ": nothing was heard of what it spoke");
    }
    for (Line line : lines().keySet()) {
      List<String> got = segments.getOrDefault(line, List.of());
      count(faults, line, got.size() - got.stream().distinct().count(), "too many");
      count(faults, line, without(heard, got), "missing");
      count(faults, line, without(got, heard), "of segments without a source");
    }
    segments.forEach(
        (line, got) -> count(faults, line, lines().containsKey(line) ? 0 : got.size(), "unasked"));
    return faults;
  }

  private void count(List<String> faults, Line line, long finals, String what) {
    if (finals > 0) {
      faults.add("%s: %s: %d %s".formatted(name, finals(line), finals, what));
    }
  }

  private static String finals(Line line) {
    return "%s finals in %s".formatted(line.role().name().toLowerCase(Locale.ROOT), line.lang());
  }

  /** How many segments are not among others. */
  private static long without(List<String> segments, List<String> others) {
    return segments.stream().distinct().filter(seg -> !others.contains(seg)).count();
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
