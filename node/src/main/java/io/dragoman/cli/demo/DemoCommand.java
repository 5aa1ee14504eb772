package io.dragoman.cli.demo;

import io.dragoman.cli.CommandException;
import io.dragoman.cli.DragomanCommand;
import io.dragoman.cli.ExitCode;
import io.dragoman.cli.LiveBlock;
import io.dragoman.cli.StopSignals;
import io.dragoman.quota.Limits;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
          + " (GOOGLE_APPLICATION_CREDENTIALS, OPENAI_API_KEY). Ctrl-C, or SIGTERM, ends it and leaves"
          + " nothing behind."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:Nothing was lost or doubled.",
      "1:Something was, or a session failed.",
      "2:The command line is wrong, or the credentials that are set.",
      "3:The cluster could not be started."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dragoman demo                                     until Ctrl-C",
      "  dragoman demo --standin --seconds 20 --json       for scripts",
      "  dragoman demo --balancer                          through HAProxy",
      "  dragoman demo --sessions 3 --limit-rpm 150        a quota that is too small",
      "  dragoman demo --seconds 30 --fault rate-limit     OpenAI says 429 for 10 s",
      "  dragoman demo --seconds 30 --fault reset:0.2      every fifth call breaks",
      "  dragoman demo --seconds 40 --kill-one --balancer  nodes die while people speak",
      "  dragoman demo --seconds 80 --cut-one              nodes that nobody hears",
      "  dragoman demo --seconds 60 --roll                 a deploy while people speak",
      "  dragoman demo --chaos 10                          ten times trouble"
    })
public final class DemoCommand implements Callable<Integer> {
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
      names = "--balancer",
      description =
          "Puts a HAProxy in front of the nodes, with cluster-config/haproxy.cfg; all sessions go"
              + " through it.")
  private boolean balanced;

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
      paramLabel = "KIND",
      description =
          "Breaks the first session's audio on its way, to show that the demo notices, which"
              + " compares every word that came back with what was said: ${COMPLETION-CANDIDATES}.")
  private DemoRun.@Nullable Inject inject;

  @Option(
      names = "--fault",
      paramLabel = "NAME[:SHARE]",
      converter = StandInFault.Converter.class,
      completionCandidates = StandInFault.Names.class,
      description =
          "Makes calls to a stand-in fail once all sessions have spoken for 3 s; all calls, or a"
              + " share such as 0.3: ${COMPLETION-CANDIDATES}.")
  private @Nullable StandInFault fault;

  @Option(
      names = "--fault-seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "For how long it does (default: ${DEFAULT-VALUE}).")
  private int faultSeconds;

  @Option(
      names = "--kill-one",
      description =
          "Kills the node that carries most sessions and, when it is back, the one that keeps the"
              + " quota's books; sessions go on elsewhere.")
  private boolean killOne;

  @Option(names = "--freeze-one", description = "Lets the same nodes stand still for 15 s instead.")
  private boolean freezeOne;

  @Option(
      names = "--cut-one",
      description =
          "Cuts the first of them off from everybody for 15 s instead, and the second one from the other"
              + " nodes. All of it runs on a network of its own, which takes Linux and stand-ins, and"
              + " which no browser reaches.")
  private boolean cutOne;

  @Option(names = "--roll", description = "Restarts every node in turn, as a deploy does.")
  private boolean roll;

  @Option(
      names = "--chaos",
      paramLabel = "N",
      description =
          "Kills, freezes or restarts some node, N times at any moment; then the sessions end.")
  private @Nullable Integer chaos;

  @Override
  public Integer call() throws CommandException, InterruptedException {
    Services services = Services.from(System.getenv(), standInOnly);
    validate(services);
    requireUsable(services);
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
    require(limitTpm >= Limits.LEAST_TOKENS, "--limit-tpm must be at least " + Limits.LEAST_TOKENS);
    require(
        inject == null || !services.anyReal(),
        "--inject needs words that are known beforehand: add --standin");
    require(faultSeconds >= 1 && faultSeconds <= 86_400, "--fault-seconds must be 1 to 86400");
    long asked =
        Stream.of(killOne, freezeOne, cutOne, roll, chaos != null, fault != null, inject != null)
            .filter(one -> one)
            .count();
    require(
        asked <= 1,
        "--kill-one, --freeze-one, --cut-one, --roll, --chaos, --fault and --inject come one at a"
            + " time");
    require(chaos == null || chaos >= 1, "--chaos must be at least 1");
    require(
        nodeFaults() == null || nodes >= 3,
        "--nodes must be at least 3 where one of them is taken away: the others go on if they are"
            + " the majority");
    require(
        !cutOne || !services.anyReal(),
        "--cut-one cuts a network that reaches no real service: add --standin");
    require(
        fault == null || !services.real(fault.kind().service()),
        "--fault needs a stand-in in place of the real service: add --standin");
  }

  /** Asks before anything starts, so that all is told at once, and once. */
  private static void requireUsable(Services services) throws CommandException {
    List<String> mistakes = services.mistakes(System.getenv(), DragomanCommand.home());
    if (!mistakes.isEmpty()) {
      throw new CommandException(
          ExitCode.USAGE,
          String.join("\n", mistakes) + "\nWith --standin, the demo runs without any credentials.");
    }
  }

  private void require(boolean holds, String otherwise) {
    if (!holds && spec != null) {
      throw new ParameterException(spec.commandLine(), otherwise);
    }
  }

  private int run(Services services) throws CommandException, InterruptedException {
    PrintStream screen = json ? System.err : System.out;
    DemoRun.Script script =
        new DemoRun.Script(
            new DemoCluster.Size(
                nodes, limitRpm, limitTpm, balanced ? Balancer.installed() : null, cutOne),
            sessions,
            seconds,
            salt,
            inject,
            fault == null ? null : fault.during(faultSeconds),
            nodeFaults());
    System.err.println(services.describe());
    DemoRun.Outcome outcome =
        new DemoRun(
                script,
                services,
                new Board(screen, !json && LiveBlock.terminal()),
                System.err::println)
            .run();
    report(outcome, script, services, screen);
    return outcome.verdict().good() ? ExitCode.OK : ExitCode.FAILED;
  }

  private FaultInjection.@Nullable Schedule nodeFaults() {
    Integer times = chaos;
    if (times != null) {
      return faults -> faults.chaos(times);
    }
    if (killOne) {
      return faults -> faults.twice(NodeFault.KILL, NodeFault.KILL);
    }
    if (freezeOne) {
      return faults -> faults.twice(NodeFault.FREEZE, NodeFault.FREEZE);
    }
    if (cutOne) {
      return faults -> faults.twice(NodeFault.CUT_OFF, NodeFault.SPLIT_OFF);
    }
    return roll ? FaultInjection::roll : null;
  }

  private void report(
      DemoRun.Outcome outcome, DemoRun.Script script, Services services, PrintStream screen) {
    Summary summary = outcome.summary();
    screen.println();
    screen.println(services.describe());
    screen.print(summary.toText());
    outcome.verdict().faults().forEach(sentence -> screen.println("  ! " + sentence));
    if (script.inject() != null) {
      screen.printf(
          "  The first session's audio was broken on purpose (--inject %s): %s.%n"
              + "  All other sessions: %,d words lost, %,d doubled.%n",
          script.inject(),
          script.inject().effect(),
          outcome.others().wordsLost(),
          outcome.others().wordsDoubled());
    }
    if (script.fault() != null) {
      screen.printf(
          "  The stand-ins failed on purpose (--fault): %s; %s calls met it.%n",
          script.fault().describe(),
          summary.upstream().faulted() == null
              ? "an unknown number of"
              : summary.upstream().faulted());
    }
    if (json) {
      System.out.println(summary.toJson());
    }
  }
}
