package io.dragoman.cli.demo;

import io.dragoman.cli.CommandException;
import io.dragoman.cli.ExitCode;
import io.dragoman.cli.LiveBlock;
import io.dragoman.cli.StopSignals;
import io.dragoman.standin.Clip;
import io.dragoman.standin.Clips;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dragoman demo}: a whole cluster on this machine, its clients, and a judge. */
@Command(
    name = "demo",
    description = {
      "Starts a cluster on this machine and streams speech through it: live captions in Spanish"
          + " and German, and at the end what was lost and how late it was.",
      "",
      "Stand-ins play Google Speech and OpenAI, each unless its own credentials are set"
          + " (GOOGLE_APPLICATION_CREDENTIALS, OPENAI_API_KEY). Ctrl-C ends it and leaves nothing"
          + " behind."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:Nothing was lost or doubled.",
      "1:Something was, or a session failed.",
      "2:The command line is wrong.",
      "3:The cluster could not be started."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dragoman demo                                     until Ctrl-C",
      "  dragoman demo --standin --seconds 20 --json       for scripts",
      "  dragoman demo --sessions 3 --limit-rpm 150        a quota that is too small",
      "  dragoman demo --seconds 30 --fault rate-limit     OpenAI refuses for a while",
      "  dragoman demo --seconds 30 --fault reset:0.2      a fifth of the calls break off"
    })
public final class DemoCommand implements Callable<Integer> {
  private static final List<String> TARGETS = List.of("es", "de");
  private static final Duration START_SPREAD = Duration.ofSeconds(1);

  /** What to do to the first session's audio. */
  enum Inject {
    LOSE,
    DOUBLE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "3",
      description = "How many nodes (default: ${DEFAULT-VALUE}).")
  private int nodes;

  @Option(
      names = "--sessions",
      paramLabel = "N",
      defaultValue = "6",
      description = "How many sessions, spread over the nodes (default: ${DEFAULT-VALUE}).")
  private int sessions;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description =
          "Stops each session at the first end of a sentence after so much audio"
              + " (default: until Ctrl-C).")
  private @Nullable Integer seconds;

  @Option(
      names = "--limit-rpm",
      paramLabel = "N",
      defaultValue = "4500",
      description = "Requests per minute that all nodes share (default: ${DEFAULT-VALUE}).")
  private int limitRpm;

  @Option(
      names = "--limit-tpm",
      paramLabel = "N",
      defaultValue = "1800000",
      description = "Tokens per minute that all nodes share (default: ${DEFAULT-VALUE}).")
  private int limitTpm;

  @Option(
      names = "--salt",
      description = "Makes each session's words its own, so that no two say the same.")
  private boolean salt;

  @Option(
      names = "--json",
      description = "Prints only the figures to standard output, as one line of JSON.")
  private boolean json;

  @Option(names = "--standin", description = "Uses stand-ins even where credentials are set.")
  private boolean standInOnly;

  @Option(
      names = "--inject",
      paramLabel = "FAULT",
      description =
          "Breaks the first session's audio on its way, to show that the judge finds it:"
              + " ${COMPLETION-CANDIDATES}.")
  private @Nullable Inject inject;

  @Option(
      names = "--fault",
      paramLabel = "NAME[:SHARE]",
      converter = StandInFault.Converter.class,
      completionCandidates = StandInFault.Names.class,
      description =
          "Makes calls to a stand-in fail once all sessions have spoken for 3 s; all calls, or a share"
              + " such as 0.3: ${COMPLETION-CANDIDATES}.")
  private @Nullable StandInFault fault;

  @Option(
      names = "--fault-seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "For how long it does (default: ${DEFAULT-VALUE}).")
  private int faultSeconds;

  @Override
  public Integer call() throws CommandException, InterruptedException {
    Services services = Services.from(System.getenv(), standInOnly);
    validate(services);
    StopSignals.watch();
    Interruption interruption = Interruption.ofCurrentThread();
    int code = ExitCode.INTERRUPTED;
    try {
      code = run(services);
      return code;
    } catch (CommandException e) {
      code = e.exitCode();
      throw e;
    } finally {
      interruption.finished(code);
    }
  }

  private void validate(Services services) {
    require(nodes >= 1 && nodes <= 20, "--nodes must be 1 to 20");
    require(sessions >= 1 && sessions <= 200, "--sessions must be 1 to 200");
    require(seconds == null || seconds >= 1, "--seconds must be at least 1");
    require(limitRpm >= 1, "--limit-rpm must be at least 1");
    require(limitTpm >= 1, "--limit-tpm must be at least 1");
    require(
        inject == null || !services.anyReal(),
        "--inject needs words that are known beforehand: add --standin");
    require(faultSeconds >= 1 && faultSeconds <= 86_400, "--fault-seconds must be 1 to 86400");
    require(
        fault == null || !services.real(fault.kind().service()),
        "--fault needs a stand-in in place of the real service: add --standin");
  }

  private void require(boolean holds, String otherwise) {
    if (!holds && spec != null) {
      throw new ParameterException(spec.commandLine(), otherwise);
    }
  }

  private int run(Services services) throws CommandException, InterruptedException {
    PrintStream screen = json ? System.err : System.out;
    Consumer<String> progress = System.err::println;
    progress.accept(services.describe());
    progress.accept("Starting %d nodes…".formatted(nodes));
    DemoCluster.Size size = new DemoCluster.Size(nodes, limitRpm, limitTpm);
    List<DemoSession> ran;
    Upstream upstream = Upstream.unknown(limitRpm);
    Verdict verdict = Verdict.NOTHING;
    try (DemoCluster cluster = DemoCluster.start(services, size, progress)) {
      ran =
          plan(cluster.nodes()).stream()
              .map(plan -> new DemoSession(plan, !services.realOpenAi()))
              .toList();
      progress.accept(
          "Open http://%s/ in a browser to play a clip, or speak, and read along."
              .formatted(cluster.nodes().getFirst().listen()));
      String trouble =
          new Play(ran, new Board(screen, !json && LiveBlock.terminal()))
              .run(fault(), cluster::faultDoor);
      if (trouble != null) {
        verdict = Verdict.fault(trouble);
      }
      String standIn = cluster.openAiStandIn();
      if (standIn != null) {
        try {
          upstream = Upstream.ask(standIn);
        } catch (IOException e) {
          verdict =
              verdict.plus(
                  Verdict.fault("the stand-in for OpenAI does not tell its figures: " + e));
        }
      }
      progress.accept("Stopping the nodes…");
    }
    for (DemoSession session : ran) {
      verdict = verdict.plus(judge(session, services));
    }
    report(summarise(ran, verdict, upstream, services), verdict, services, screen);
    return verdict.good() ? ExitCode.OK : ExitCode.FAILED;
  }

  private List<DemoSession.Plan> plan(List<DemoCluster.Node> cluster) {
    List<Clip> clips = Clips.shipped();
    List<DemoSession.Plan> plans = new ArrayList<>();
    for (int k = 0; k < sessions; k++) {
      Clip clip = clips.get(clip(k, clips.size()));
      Track track = new Track(clip, TARGETS.get(k % TARGETS.size()), salt ? k + 1 : 0);
      plans.add(
          new DemoSession.Plan(
              "s" + (k + 1),
              cluster.get(k % cluster.size()),
              track,
              k == 0 ? disturbance(track) : new Disturbance.None(),
              START_SPREAD.multipliedBy(k).dividedBy(sessions),
              seconds));
    }
    return plans;
  }

  /** The clips take turns, each round from the next one on, so that each meets every language. */
  static int clip(int session, int clips) {
    return (session + session / clips) % clips;
  }

  private @Nullable StandInFault fault() {
    return fault == null ? null : fault.during(faultSeconds);
  }

  private Disturbance disturbance(Track track) {
    return switch (inject) {
      case LOSE -> new Disturbance.Cut(track.someWords());
      case DOUBLE -> new Disturbance.Repeat(track, track.someWords());
      case null -> new Disturbance.None();
    };
  }

  private void report(Summary summary, Verdict verdict, Services services, PrintStream screen) {
    screen.println();
    screen.println(services.describe());
    screen.print(summary.toText());
    verdict.faults().forEach(fault -> screen.println("  ! " + fault));
    if (inject != null) {
      screen.printf("  The first session's audio was broken on purpose (--inject %s).%n", inject);
    }
    if (fault != null) {
      screen.printf(
          "  The stand-ins failed on purpose (--fault): %s; %s calls met it.%n",
          fault.during(faultSeconds).describe(),
          summary.upstream().faulted() == null
              ? "an unknown number of"
              : summary.upstream().faulted());
    }
    if (json) {
      System.out.println(summary.toJson());
    }
  }

  private static Verdict judge(DemoSession session, Services services) {
    DemoSession.Plan plan = session.plan();
    Receipt receipt = session.receipt();
    Verdict verdict =
        new Judge(plan.name(), plan.track().lang(), !services.anyReal())
            .judge(session.spoken(), receipt.finals(), receipt.seqs());
    String fault = session.fault();
    return fault == null ? verdict : verdict.plus(Verdict.fault(fault));
  }

  private Summary summarise(
      List<DemoSession> ran, Verdict verdict, Upstream upstream, Services services) {
    boolean judged = !services.anyReal();
    return new Summary(
        nodes,
        sessions,
        sessionsByNode(ran),
        seconds != null
            ? seconds
            : ran.stream().mapToLong(DemoSession::spokenSeconds).max().orElse(0),
        verdict.finalsExpected(),
        verdict.finalsReceived(),
        judged ? verdict.wordsLost() : null,
        judged ? verdict.wordsDoubled() : null,
        ran.stream().mapToLong(s -> s.receipt().partials()).sum(),
        Summary.CaptionDelay.of(
            ran.stream().flatMap(s -> s.delays().wordMillis().stream()).toList(),
            ran.stream().flatMap(s -> s.delays().finalMillis().stream()).toList()),
        upstream);
  }

  private List<Integer> sessionsByNode(List<DemoSession> ran) {
    List<Integer> counts = new ArrayList<>();
    for (int node = 0; node < nodes; node++) {
      int carried = 0;
      for (int k = node; k < ran.size(); k += nodes) {
        carried += ran.get(k).started() ? 1 : 0;
      }
      counts.add(carried);
    }
    return counts;
  }
}
