package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.Decision.Bound;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.quota.RollingWindow.Booked;
import io.dragoman.quota.RollingWindow.Granted;
import io.dragoman.quota.RollingWindow.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Whatever requests do between permit and proof, and however often or late their operations run, no
 * rolling window at the upstream holds more than the limit; and room comes back.
 */
final class NeverOverTest {

  private static final int REQUESTS = 8;
  private static final int TOKENS = 900;
  private static final long WINDOW_US = 6_000_000;
  private static final long LONGEST_US = 2_000_000;
  private static final long BOUND_US = 500_000;
  private static final QuotaConfig CONFIG =
      new QuotaConfig(
          REQUESTS,
          TOKENS,
          50,
          Duration.ofMillis(LONGEST_US / 1000),
          Duration.ofMillis(BOUND_US / 1000),
          Duration.ofMillis(WINDOW_US / 1000));

  /**
   * One request: when it asks after the one before, what it is, and what becomes of it. All times
   * are in microseconds; the window sees milliseconds, rounded down.
   *
   * @param travel from the permit to the arrival at the upstream
   * @param proof from the arrival to the moment when the window learns of it
   * @param repeats when its operations run once more
   */
  private record Step(
      long pause,
      Priority priority,
      int tokens,
      Fate fate,
      long travel,
      long proof,
      long repeats) {}

  private enum Fate {
    PROVEN,
    ARRIVES_WITHOUT_PROOF,
    NEVER_SENT
  }

  private record Arrival(long at, int tokens, Priority priority) {}

  private record Event(long at, long order, Runnable action) {}

  /** The schedule's run: a window, an upstream that counts at arrival, and time. */
  private static final class Run {
    private final PriorityQueue<Event> events =
        new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparing(Event::order));
    private final List<Arrival> arrivals = new ArrayList<>();
    private final boolean repeating;
    private RollingWindow window = RollingWindow.EMPTY;
    private long now = 1_000_000_000;
    private int granted;
    private int asked;
    private long scheduled;

    Run(List<Step> steps, boolean repeating) {
      this.repeating = repeating;
      long later = 0;
      for (int i = 0; i < steps.size(); i++) {
        Step step = steps.get(i);
        later += step.pause;
        at(later, () -> ask(step, 3));
      }
      while (!events.isEmpty()) {
        Event event = events.remove();
        now = event.at;
        event.action.run();
      }
    }

    /** Asks, and asks again as soon as there should be room, as often as the patience lasts. */
    private void ask(Step step, int patience) {
      QuotaRequest request = new QuotaRequest(step.priority, step.tokens);
      PermitId id = new PermitId("n", ++asked);
      Booked booked = window.book(now / 1000, id, request, CONFIG);
      window = booked.window();
      if (booked.answer() instanceof Refused(long waitMs, Bound _) && patience > 0) {
        at((now / 1000 + waitMs) * 1000 - now, () -> ask(step, patience - 1));
      }
      if (!(booked.answer() instanceof Granted)) {
        return;
      }
      granted++;
      again(step, () -> window = window.book(now / 1000, id, request, CONFIG).window());
      if (step.fate == Fate.NEVER_SENT) {
        at(step.travel, () -> settle(id, step, false));
        return;
      }
      at(
          step.travel,
          () -> {
            arrivals.add(new Arrival(now, step.tokens, step.priority));
            if (step.fate == Fate.PROVEN) {
              at(step.proof, () -> settle(id, step, true));
            }
          });
    }

    private void settle(PermitId id, Step step, boolean arrived) {
      Runnable settling =
          () ->
              window =
                  arrived
                      ? window.arrived(now / 1000, id, CONFIG)
                      : window.unspent(now / 1000, id, CONFIG);
      settling.run();
      again(step, settling);
    }

    private void again(Step step, Runnable operation) {
      if (repeating) {
        at(step.repeats, operation);
      }
    }

    private void at(long later, Runnable action) {
      events.add(new Event(now + later, scheduled++, action));
    }
  }

  @Property(tries = 600, edgeCases = EdgeCasesMode.NONE)
  void noRollingWindowIsOver(@ForAll("schedules") List<Step> steps, @ForAll boolean repeating) {
    List<Arrival> arrivals = new ArrayList<>(new Run(steps, repeating).arrivals);
    arrivals.sort(Comparator.comparingLong(Arrival::at));
    int first = 0;
    int tokens = 0;
    for (int last = 0; last < arrivals.size(); last++) {
      tokens += arrivals.get(last).tokens;
      while (arrivals.get(first).at < arrivals.get(last).at - WINDOW_US) {
        tokens -= arrivals.get(first++).tokens;
      }
      assertTrue(last - first + 1 <= REQUESTS, "requests at " + arrivals.get(last));
      assertTrue(tokens <= TOKENS, "tokens at " + arrivals.get(last));
    }
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void partialsNeverTakeTheFinalsRoom(@ForAll("schedules") List<Step> steps) {
    List<Arrival> partials =
        new Run(steps, false)
            .arrivals.stream()
                .filter(arrival -> arrival.priority == Priority.PARTIAL)
                .sorted(Comparator.comparingLong(Arrival::at))
                .toList();
    int first = 0;
    for (int last = 0; last < partials.size(); last++) {
      while (partials.get(first).at < partials.get(last).at - WINDOW_US) {
        first++;
      }
      assertTrue(last - first + 1 <= REQUESTS / 2);
    }
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void repeatsWithinTheNetworkBoundChangeNothing(@ForAll("schedules") List<Step> steps) {
    List<Step> prompt =
        steps.stream()
            .map(
                step ->
                    new Step(
                        step.pause,
                        step.priority,
                        step.tokens,
                        step.fate,
                        step.travel,
                        step.proof,
                        Math.min(step.repeats, BOUND_US / 2)))
            .toList();
    assertTrue(new Run(prompt, true).arrivals.equals(new Run(prompt, false).arrivals));
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void everythingLapses(@ForAll("schedules") List<Step> steps) {
    Run run = new Run(steps, true);
    long later = run.now + WINDOW_US + LONGEST_US + BOUND_US + 251_000;
    assertTrue(run.granted > 0);
    assertTrue(run.window.booked(later / 1000).equals(Load.NONE));
  }

  @Provide
  Arbitrary<List<Step>> schedules() {
    Arbitrary<Long> pause =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.longs().between(0, 300_000)),
            Tuple.of(1, Arbitraries.longs().between(0, 7_000_000)));
    Arbitrary<Fate> fate =
        Arbitraries.frequency(
            Tuple.of(8, Fate.PROVEN),
            Tuple.of(1, Fate.ARRIVES_WITHOUT_PROOF),
            Tuple.of(1, Fate.NEVER_SENT));
    return Combinators.combine(
            pause,
            Arbitraries.of(Priority.class),
            Arbitraries.integers().between(1, 300),
            fate,
            orNone(LONGEST_US),
            orNone(2 * LONGEST_US),
            Arbitraries.longs().between(0, 10_000_000))
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(120);
  }

  private static Arbitrary<Long> orNone(long most) {
    return Arbitraries.oneOf(Arbitraries.just(0L), Arbitraries.longs().between(0, most));
  }
}
