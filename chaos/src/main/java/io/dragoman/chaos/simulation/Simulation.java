package io.dragoman.chaos.simulation;

import io.dragoman.quota.Amount;
import io.dragoman.quota.HardState;
import io.dragoman.quota.LedgerKeeper.Outcome;
import io.dragoman.quota.Limits;
import io.dragoman.quota.Refresh;
import io.dragoman.quota.Rules;
import io.dragoman.quota.Voters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** One run: a cluster of simulated machines under a scenario, all of it from one seed. */
public final class Simulation {
  private static final long LOOK = 100 * Timeline.MILLISECOND;

  /** Somebody who waits shows that nothing is left, which is so for no longer than this. */
  private static final long LONGEST_GAP = 20 * Timeline.SECOND;

  /** The windows at the start that utilisation leaves out, where a run is long enough. */
  private static final int WARM_UP = 3;

  private final Scenario scenario;
  private final Terms terms;
  private final Limits limits;
  private final long seed;
  private final Rules rules;
  private final Timeline time = new Timeline();
  private final Chance chance;
  private final Nastiness nastiness;
  private final Story story;
  private final Map<Integer, Machine> machines = new TreeMap<>();
  private final Grid grid;
  private final Network network;
  private final Upstream upstream;
  private final Voice voice;
  private final Checker checker;
  private final Fairness fairness;
  private final Flow flow;
  private final Waking waking;
  private final Recovery recovery;
  private final LedgerWatch ledgers;
  private final List<Speaker> speakers = new ArrayList<>();

  /** What nodes keep over their restarts. */
  private final Map<Integer, HardState> disks = new HashMap<>();

  /** The voters that a node which starts now is configured with. */
  private Voters configured;

  private long incarnations;

  /** When something was held back for the last time. */
  private long unwell;

  /** What was charged before utilisation is measured. */
  private Amount early = Amount.ZERO;

  /**
   * On terms that are drawn from the seed, where all goes wrong; on plain ones elsewhere.
   *
   * @param rules the real ones, or some with a guard taken away
   * @param reader is told the story line by line; null if nobody reads it
   */
  public Simulation(Scenario scenario, long seed, Rules rules, @Nullable Consumer<String> reader) {
    this(scenario, Terms.of(scenario, seed), seed, rules, reader);
  }

  Simulation(
      Scenario scenario, Terms terms, long seed, Rules rules, @Nullable Consumer<String> reader) {
    this.terms = terms;
    this.limits = terms.limits(scenario.limits());
    this.scenario = scenario;
    this.seed = seed;
    this.configured = voters(scenario.nodes());
    this.rules = rules;
    this.chance = new Chance(seed);
    this.nastiness = Nastiness.of(scenario.faults());
    this.story = new Story(time, reader);
    Amount limit = Amount.of(limits.requests(), limits.tokens());
    this.upstream = new Upstream(limit, rules.timing().window(), terms.charge());
    this.voice = new Voice(this, upstream, limit, Chance.aside(seed).split());
    this.checker =
        new Checker(
            time, story, upstream, limit, terms.charge(), rules.timing(), machines.values());
    this.fairness = new Fairness(scenario.sessions(), limit, terms);
    this.flow = new Flow(time, limits);
    this.waking = new Waking(time, scenario.sessions(), terms);
    this.recovery = new Recovery(time, story, rules.timing(), machines.values());
    this.ledgers = new LedgerWatch(time, story, upstream);
    this.network = new Network(time, chance.split(), nastiness);
    this.grid = new Grid(this, network, machines);
  }

  // What its parts share.

  Scenario scenario() {
    return scenario;
  }

  Terms terms() {
    return terms;
  }

  /** Those of the scenario, on these terms. */
  Limits limits() {
    return limits;
  }

  Rules rules() {
    return rules;
  }

  Timeline time() {
    return time;
  }

  Chance chance() {
    return chance;
  }

  Nastiness nastiness() {
    return nastiness;
  }

  Story story() {
    return story;
  }

  Grid grid() {
    return grid;
  }

  Voice voice() {
    return voice;
  }

  Checker checker() {
    return checker;
  }

  Fairness fairness() {
    return fairness;
  }

  Flow flow() {
    return flow;
  }

  Waking waking() {
    return waking;
  }

  Recovery recovery() {
    return recovery;
  }

  /** Runs it to its end. Once only. */
  public Figures run() {
    long window = rules.timing().window();
    long end = scenario.minutes() * window;
    story.tell("%s", terms);
    for (int node = 1; node <= scenario.nodes(); node++) {
      start(node);
    }
    grid.form();
    for (int number = 0; number < scenario.sessions(); number++) {
      Speaker speaker = new Speaker(this, number, chance.split());
      speakers.add(speaker);
      speaker.settle(machine(scenario.skew() == Scenario.Skew.ONE_NODE ? 1 : homeOf(number)));
      speaker.begin();
    }
    Mishaps mishaps = new Mishaps(this, network, machines, end - recovery.bound() - 2 * LOOK);
    mishaps.begin();
    voice.begin(mishaps);
    time.after(warmUp(), () -> early = upstream.charged());
    time.after(LOOK, this::look);
    for (int minute = 1; minute <= scenario.minutes(); minute++) {
      time.after(minute * window, fairness::close);
    }
    try {
      time.run(end);
    } catch (RuntimeException e) {
      story.violation("%s", withPlace(e));
    }
    return figures();
  }

  private int homeOf(int number) {
    return 1 + number % scenario.nodes();
  }

  private static String withPlace(RuntimeException e) {
    StackTraceElement[] trace = e.getStackTrace();
    return e + (trace.length == 0 ? "" : " " + trace[0]);
  }

  private Machine machine(int node) {
    Machine machine = machines.get(node);
    if (machine == null) {
      throw new IllegalStateException("there is no node " + node);
    }
    return machine;
  }

  // Nodes come and go.

  private static Voters voters(int nodes) {
    return Voters.configured(LongStream.rangeClosed(1, nodes).toArray());
  }

  /** Nodes that start from now on are configured with voters 1 to {@code nodes}. */
  void configure(int nodes) {
    story.tell("nodes that start now are configured with %d voters", nodes);
    configured = voters(nodes);
  }

  HardState disk(int node) {
    return disks.getOrDefault(node, HardState.NONE);
  }

  void store(int node, HardState state) {
    disks.put(node, state);
  }

  /** A node's disk is replaced by an empty one. */
  void forget(int node) {
    story.tell("node %d loses what it remembers", node);
    disks.remove(node);
  }

  private Machine start(int node) {
    long ppm =
        nastiness.driftPpm() == 0 ? 0 : chance.between(-nastiness.driftPpm(), nastiness.driftPpm());
    MachineClock clock = new MachineClock(time, chance.between(0, 1L << 50), ppm);
    Machine machine = new Machine(this, node, ++incarnations, clock, configured);
    machines.put(node, machine);
    machine.start();
    return machine;
  }

  /** Starts a node anew; sessions go to it until it has its part. */
  void boot(int node) {
    story.tell("node %d starts", node);
    Machine machine = start(node);
    grid.join(machine);
    time.after(3 * Timeline.SECOND, () -> grid.balance(machine));
    List<Machine> alive = alive();
    for (Speaker speaker : speakers) {
      if (scenario.skew() != Scenario.Skew.ONE_NODE && chance.below(alive.size()) == 0) {
        move(speaker, machine);
      }
    }
  }

  /** The sessions of a node that is gone go to the others. */
  void resettle(Machine gone) {
    List<Machine> others = alive().stream().filter(machine -> machine != gone).toList();
    for (Speaker speaker : gone.speakers()) {
      others.stream()
          .min(Comparator.comparingInt(Machine::load))
          .ifPresent(machine -> move(speaker, machine));
    }
  }

  /** All sessions go to these. */
  void crowd(List<Machine> onto) {
    for (Speaker speaker : speakers) {
      move(speaker, onto.get(speaker.number() % onto.size()));
    }
  }

  private void move(Speaker speaker, Machine to) {
    speaker.settle(to);
    fairness.starved(speaker.number());
  }

  private List<Machine> alive() {
    return machines.values().stream()
        .filter(machine -> machine.isAlive() && !machine.isLeaving())
        .toList();
  }

  // What the parts tell.

  void answered(Machine owner, Refresh refresh, Outcome outcome) {
    checker.answered(owner, outcome.ledger(), refresh, outcome.reply());
    ledgers.answered(owner, outcome.ledger(), outcome.reply());
  }

  private void look() {
    recovery.look();
    if (!recovery.isRecovered()) {
      unwell = time.now();
    } else if (Math.min(flow.gapNow(), time.now() - unwell) > LONGEST_GAP) {
      story.violation("nobody is given a permit, though nothing is held back");
    }
    time.after(LOOK, this::look);
  }

  // What came of it.

  private long warmUp() {
    return Math.min(WARM_UP, scenario.minutes() - 1) * rules.timing().window();
  }

  private Figures figures() {
    double window = (double) rules.timing().window() / Timeline.SECOND;
    double windows =
        (double) (scenario.minutes() * rules.timing().window() - warmUp())
            / rules.timing().window();
    double utilisation = upstream.fraction(upstream.charged().minus(early)) / windows;
    return new Figures(
        seed,
        story.violations(),
        upstream.worst(),
        utilisation,
        utilisation * (window + flow.meanProofSeconds()) / window,
        fairness.jain(),
        fairness.gap(),
        flow.maxGapSeconds(),
        recovery.longestSeconds(),
        ledgers.bytes(),
        flow.finalsWithin(0.5),
        flow.finalsWithin(0.99),
        flow.partialsSent(),
        ledgers.quarantines(),
        waking.gap(),
        flow.fullestSecond());
  }
}
