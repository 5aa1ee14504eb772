package io.dragoman.ops;

import io.dragoman.pipeline.SessionUse;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Which sessions a report tells of, and in which order. */
public sealed interface Selection {
  /** No answer tells of more sessions than this. */
  int MOST = 1_000;

  /** How many sessions are told of at most. */
  int limit();

  /** Whether a node tells of this session. */
  boolean includes(SessionUse use);

  Comparator<SessionUse> order();

  /**
   * A page of the sessions that are active, by id.
   *
   * @param after the id that the page before ended with; empty for the first page
   */
  record ActiveAfter(String after, int limit) implements Selection {
    public ActiveAfter {
      requireLimit(limit, 1);
    }

    @Override
    public boolean includes(SessionUse use) {
      return use.active() && use.session().compareTo(after) > 0;
    }

    @Override
    public Comparator<SessionUse> order() {
      return Comparator.comparing(SessionUse::session);
    }
  }

  /** The live sessions that ask for most. */
  record Busiest(int limit) implements Selection {
    public Busiest {
      requireLimit(limit, 0);
    }

    @Override
    public boolean includes(SessionUse use) {
      return use.live();
    }

    @Override
    public Comparator<SessionUse> order() {
      return Comparator.comparingLong(SessionUse::requestsLastMinute)
          .thenComparingLong(SessionUse::requests)
          .reversed()
          .thenComparing(SessionUse::session);
    }
  }

  /**
   * Of these sessions those to tell of; one more than the limit, so that it shows whether there are
   * others.
   */
  default List<SessionUse> of(Stream<SessionUse> sessions) {
    return sessions.filter(this::includes).sorted(order()).limit(limit() + 1L).toList();
  }

  private static void requireLimit(int limit, int least) {
    if (limit < least || limit > MOST) {
      throw new IllegalArgumentException(
          "limit: %d is not between %d and %d".formatted(limit, least, MOST));
    }
  }
}
