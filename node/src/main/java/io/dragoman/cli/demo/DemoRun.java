package io.dragoman.cli.demo;

import io.dragoman.cli.CommandException;
import io.dragoman.standin.Clip;
import io.dragoman.standin.Clips;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run of the demo: a cluster starts, its sessions speak, and when all is stopped what came back
 * is judged and summed up. Used once, by one thread.
 */
final class DemoRun {
  private static final List<String> TARGETS = List.of("es", "de");
  private static final Duration START_SPREAD = Duration.ofSeconds(1);

  /** What to do to the first session's audio. */
  enum Inject {
    LOSE(
        "a stretch of sound was left out, so its words are lost; words beside it were heard wrong,"
            + " and count as lost and as doubled"),
    DOUBLE(
        "a stretch of sound came twice, so its words are doubled; words beside it that were heard"
            + " wrong count as lost and as doubled");

    private final String effect;

    Inject(String effect) {
      this.effect = effect;
    }

    /** What that makes the judge find. */
    String effect() {
      return effect;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What is to be shown.
   *
   * @param seconds after how much audio each session stops; null for never
   * @param salt whether each session's words are its own
   * @param inject null for nothing
   * @param fault that the stand-ins are given on the way; null for none
   * @param nodeFaults what befalls the nodes; null for nothing
   */
  record Script(
      DemoCluster.Size size,
      int sessions,
      @Nullable Integer seconds,
      boolean salt,
      @Nullable Inject inject,
      @Nullable StandInFault fault,
      FaultInjection.@Nullable Schedule nodeFaults) {}

  /**
   * What came of it.
   *
   * @param verdict on all
   * @param others on all sessions but the first, which {@link Inject} disturbs
   */
  record Outcome(Summary summary, Verdict verdict, Verdict others) {}

  private final Script script;
  private final Services services;
  private final Board board;
  private final Consumer<String> progress;

  /** What is wrong that no session can be blamed for. */
  private Verdict verdict = Verdict.NOTHING;

  private volatile int nodeFaultsMade;

  /**
   * @param board where the sessions are shown while they speak
   * @param progress is told what happens before and after, in sentences
   */
  DemoRun(Script script, Services services, Board board, Consumer<String> progress) {
    this.script = script;
    this.services = services;
    this.board = board;
    this.progress = progress;
  }

  /** Runs until all sessions have ended; an interrupt makes them come to it. */
  Outcome run() throws CommandException, InterruptedException {
    progress.accept("Starting %d nodes…".formatted(script.size.nodes()));
    List<DemoSession> sessions;
    Upstream upstream;
    try (DemoCluster cluster = DemoCluster.start(services, script.size, progress)) {
      sessions =
          plan(cluster).stream()
              .map(plan -> new DemoSession(plan, !services.realOpenAi()))
              .toList();
      if (!script.size.ownHosts()) {
        progress.accept(
            "Open http://%s/ in a browser to play a clip, or speak, and read along."
                .formatted(cluster.doors(0).getFirst()));
      }
      blame(new Play(sessions, board).run(event(cluster, sessions)));
      upstream = upstream(cluster);
      progress.accept("Stopping the nodes…");
    }
    Verdict others = Verdict.NOTHING;
    for (DemoSession session : sessions.subList(1, sessions.size())) {
      others = others.plus(judge(session));
    }
    verdict = verdict.plus(judge(sessions.getFirst())).plus(others);
    return new Outcome(summarise(sessions, upstream), verdict, others);
  }

  private Play.@Nullable Event event(DemoCluster cluster, List<DemoSession> sessions) {
    StandInFault fault = script.fault;
    FaultInjection.Schedule nodeFaults = script.nodeFaults;
    if (fault != null) {
      return say -> set(fault, cluster.faultDoor(), say);
    }
    return nodeFaults == null ? null : say -> befall(cluster, sessions, say, nodeFaults);
  }

  private @Nullable String befall(
      DemoCluster cluster,
      List<DemoSession> sessions,
      Consumer<String> say,
      FaultInjection.Schedule nodeFaults)
      throws InterruptedException {
    FaultInjection injection = new FaultInjection(cluster, sessions, say);
    try {
      return injection.run(nodeFaults);
    } finally {
      nodeFaultsMade = injection.made();
    }
  }

  private static @Nullable String set(StandInFault fault, String door, Consumer<String> say)
      throws InterruptedException {
    try {
      fault.set(door);
    } catch (IOException e) {
      return "the fault could not be set: " + e;
    }
    say.accept("From now on " + fault.describe() + ".");
    return null;
  }

  private void blame(@Nullable String trouble) {
    if (trouble != null) {
      verdict = verdict.plus(Verdict.fault(trouble));
    }
  }

  private List<DemoSession.Plan> plan(DemoCluster cluster) {
    List<Clip> clips = Clips.shipped();
    List<DemoSession.Plan> plans = new ArrayList<>();
    for (int k = 0; k < script.sessions; k++) {
      Clip clip = clips.get(clip(k, clips.size()));
      Track track = new Track(clip, TARGETS.get(k % TARGETS.size()), script.salt ? k + 1 : 0);
      plans.add(
          new DemoSession.Plan(
              "s" + (k + 1),
              cluster.doors(k),
              track,
              k == 0 ? disturbance(track) : new Disturbance.None(),
              START_SPREAD.multipliedBy(k).dividedBy(script.sessions),
              script.seconds));
    }
    return plans;
  }

  /** The clips take turns, each round from the next one on, so that each meets every language. */
  static int clip(int session, int clips) {
    return (session + session / clips) % clips;
  }

  private Disturbance disturbance(Track track) {
    return switch (script.inject) {
      case LOSE -> new Disturbance.Cut(track.someWords());
      case DOUBLE -> new Disturbance.Repeat(track, track.someWords());
      case null -> new Disturbance.None();
    };
  }

  private Upstream upstream(DemoCluster cluster) throws InterruptedException {
    String standIn = cluster.openAiStandIn();
    if (standIn != null) {
      try {
        return Upstream.ask(standIn);
      } catch (IOException e) {
        blame("the stand-in for OpenAI does not tell its figures: " + e);
      }
    }
    return Upstream.unknown(script.size.limitRpm());
  }

  private Verdict judge(DemoSession session) {
    DemoSession.Plan plan = session.plan();
    Receipt receipt = session.receipt();
    Verdict judged =
        new Judge(plan.name(), plan.track().lang(), !services.anyReal())
            .judge(session.spoken(), receipt.finals(), receipt.seqs());
    String fault = session.fault();
    return fault == null ? judged : judged.plus(Verdict.fault(fault));
  }

  private Summary summarise(List<DemoSession> ran, Upstream upstream) {
    boolean judged = !services.anyReal();
    return new Summary(
        script.size.nodes(),
        script.sessions,
        sessionsByNode(ran),
        script.seconds != null
            ? script.seconds
            : ran.stream().mapToLong(DemoSession::spokenSeconds).max().orElse(0),
        verdict.finalsExpected(),
        verdict.finalsReceived(),
        judged ? verdict.wordsLost() : null,
        judged ? verdict.wordsDoubled() : null,
        ran.stream().mapToLong(s -> s.receipt().partials()).sum(),
        Summary.CaptionDelay.of(
            ran.stream().flatMap(s -> s.delays().wordMillis().stream()).toList(),
            ran.stream().flatMap(s -> s.delays().finalMillis().stream()).toList()),
        upstream,
        Summary.ResumeDelay.of(ran.stream().flatMap(s -> s.receipt().absences().stream()).toList()),
        ran.stream().mapToInt(s -> s.receipt().absences().size()).sum(),
        ran.stream().mapToLong(s -> s.pauses().longestMillis()).max().orElse(0),
        ran.stream().mapToInt(s -> s.receipt().gaps()).sum(),
        nodeFaultsMade,
        share(ran),
        script.fault == null ? null : script.fault.figures(),
        script.inject == null ? null : script.inject.toString());
  }

  private @Nullable Share share(List<DemoSession> ran) {
    return Share.of(
        ran.stream().map(s -> s.receipt().usage()).filter(Objects::nonNull).toList(),
        script.size.limitRpm(),
        script.size.limitTpm());
  }

  private List<Integer> sessionsByNode(List<DemoSession> ran) {
    int nodes = script.size.nodes();
    List<Integer> counts = new ArrayList<>();
    for (int node = 0; node < nodes; node++) {
      String name = DemoCluster.nodeName(node);
      counts.add((int) ran.stream().filter(session -> session.node().equals(name)).count());
    }
    return counts;
  }
}
