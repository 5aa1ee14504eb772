package io.dragoman.chaos.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whom one node takes for members of the cluster, and in which order they hold the ledger's copies:
 * the first owns it. What nodes believe differs while something happens, and longer behind a cut.
 */
final class Membership {
  private static final long SILENCE = 5 * Timeline.SECOND;
  private static final int COPIES = 3;

  /** When each member is to be counted in, and when it was heard last. */
  private final Map<Integer, Long> from = new HashMap<>();

  private final Map<Integer, Long> heard = new HashMap<>();
  private List<Integer> copies = new ArrayList<>();

  /** Others that it sees, and that take themselves for the owner. */
  private Set<Integer> rivals = Set.of();

  void heard(int node, long now, long mergeDelay) {
    Long before = heard.put(node, now);
    if (before == null || now - before > SILENCE) {
      from.put(node, now + mergeDelay);
    }
  }

  /** Its connections were closed, or it said that it leaves. */
  void gone(int node) {
    heard.remove(node);
    from.remove(node);
  }

  boolean sees(int node, long now) {
    Long last = heard.get(node);
    return last != null && now - last <= SILENCE && from.getOrDefault(node, now) <= now;
  }

  List<Integer> members(long now) {
    return heard.keySet().stream()
        .filter(node -> sees(node, now))
        .sorted(Comparator.naturalOrder())
        .toList();
  }

  /** Whether there is one among these owners that was not there before. */
  boolean meets(Set<Integer> owners) {
    boolean met = !rivals.containsAll(owners);
    rivals = owners;
    return met;
  }

  /** The nodes that hold copies, the owner first. */
  List<Integer> copies() {
    return copies;
  }

  int owner() {
    return copies.isEmpty() ? -1 : copies.getFirst();
  }

  /**
   * Goes on with those of them that it sees, and with others in the places of those it does not.
   */
  void adopt(List<Integer> proposed, long now) {
    List<Integer> next =
        new ArrayList<>(proposed.stream().filter(node -> sees(node, now)).toList());
    if (next.size() < COPIES) {
      members(now).stream()
          .filter(member -> !next.contains(member))
          .limit(COPIES - next.size())
          .forEach(next::add);
    }
    copies = next;
  }
}
