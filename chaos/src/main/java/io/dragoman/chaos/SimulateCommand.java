package io.dragoman.chaos;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dragoman.chaos.simulation.Campaign;
import io.dragoman.chaos.simulation.Figures;
import io.dragoman.chaos.simulation.MutantTrial;
import io.dragoman.chaos.simulation.MutantTrial.Verdict;
import io.dragoman.chaos.simulation.Scenario;
import io.dragoman.chaos.simulation.Scenario.Faults;
import io.dragoman.chaos.simulation.Scenario.Skew;
import io.dragoman.chaos.simulation.Simulation;
import io.dragoman.cli.ExitCode;
import io.dragoman.quota.Limits;
import io.dragoman.quota.Policy;
import io.dragoman.quota.Rules;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code chaos simulate}: the quota on simulated machines, clocks and networks. */
@Command(
    name = "simulate",
    description = {
      "Plays clusters that share a quota, with Dragoman's own code on simulated machines, clocks and"
          + " networks, and judges every step: never over the limit, fair, steady, recovered in"
          + " time.",
      "",
      "Each run is drawn from its seed, and a seed always gives the same run."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  chaos simulate --faults all --seeds 200",
      "  chaos simulate --faults all --seed 7 --trace     what happened in one run",
      "  chaos simulate --mutants                         is every guard needed, and missed?",
      "  What happens to 300 sessions on this quota when nodes die?",
      "    chaos simulate --nodes 3 --sessions 300 --demand 1.3 --limit-rpm 10000 \\",
      "      --limit-tpm 4000000 --faults kills"
    })
final class SimulateCommand implements Callable<Integer> {
  private static final int MUTANT_SEEDS = 120;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "20",
      description = "How many runs, from the seeds 1 to N (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "5",
      description = "Nodes of the cluster (default: ${DEFAULT-VALUE}).")
  private int nodes;

  @Option(
      names = "--sessions",
      paramLabel = "N",
      defaultValue = "120",
      description = "Sessions in the whole cluster (default: ${DEFAULT-VALUE}).")
  private int sessions;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      defaultValue = "10",
      description = "How long, in simulated time (default: ${DEFAULT-VALUE}).")
  private int minutes;

  @Option(
      names = "--demand",
      paramLabel = "X",
      defaultValue = "3",
      description =
          "How many times the limit the sessions ask for together (default: ${DEFAULT-VALUE}).")
  private double demand;

  @Option(
      names = "--skew",
      paramLabel = "KIND",
      defaultValue = "even",
      description = {
        "Who asks for more than that (default: ${DEFAULT-VALUE}):",
        "even: nobody; ladder: 1, 3 and 9 times as much by turns; one_node: all are on one node;"
            + " greedy: one asks for 100 times as much; talkers: half have only finals, half only"
            + " partials; sleepers: half sleep every other two minutes; tide: all sleep at times."
      })
  private Skew skew = Skew.EVEN;

  @Option(
      names = "--latency",
      paramLabel = "MS",
      defaultValue = "300",
      description = "The median time to the first response byte (default: ${DEFAULT-VALUE}).")
  private int latencyMs;

  @Option(
      names = "--faults",
      paramLabel = "KIND",
      defaultValue = "none",
      description = {
        "What goes wrong (default: ${DEFAULT-VALUE}):",
        "none; kills: a node every 90 s; partitions: cuts of 1 to 120 s; splits: two halves, and a node"
            + " between that turns from one to the other; restarts: in good order; all: all of that, and freezes, suspensions, loss, delays, drift, wrong clocks; each run charges,"
            + " weighs and caps in its own way, and in half of them the upstream speaks up."
      })
  private Faults faults = Faults.NONE;

  @Option(
      names = "--limit-rpm",
      paramLabel = "N",
      defaultValue = "4500",
      description = "Requests allowed in any 60 s (default: ${DEFAULT-VALUE}).")
  private long limitRpm;

  @Option(
      names = "--limit-tpm",
      paramLabel = "N",
      defaultValue = "1800000",
      description = "Tokens allowed in any 60 s (default: ${DEFAULT-VALUE}).")
  private long limitTpm;

  @Option(
      names = "--policy",
      paramLabel = "P",
      defaultValue = "fair",
      description =
          "How sessions share: fair, or equal, the limit divided by the sessions (default:"
              + " ${DEFAULT-VALUE}).")
  private Policy policy = Policy.FAIR;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Runs this seed alone, exactly as before.")
  private @Nullable Long seed;

  @Option(names = "--trace", description = "Tells what happens; with --seed.")
  private boolean trace;

  @Option(
      names = "--mutants",
      description = "Takes each guard away in turn, and shows which seed notices.")
  private boolean mutants;

  @Option(names = "--json", description = "Ends with a line of JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    if (trace && seed == null) {
      throw new ParameterException(commandLine(), "--trace tells the story of one --seed");
    }
    if (seed != null && given("--seeds")) {
      throw new ParameterException(
          commandLine(), "--seed runs that seed alone: leave out --seeds, or --seed");
    }
    if (mutants) {
      refuseBesideMutants();
    }
    if (seeds < 1) {
      throw new ParameterException(commandLine(), "--seeds: " + seeds + " is not positive");
    }
    return mutants ? tryMutants() : simulate(scenario());
  }

  private boolean given(String option) {
    return commandLine().getParseResult().hasMatchedOption(option);
  }

  private void refuseBesideMutants() {
    commandLine().getParseResult().matchedOptions().stream()
        .map(OptionSpec::longestName)
        .filter(name -> !name.equals("--mutants") && !name.equals("--json"))
        .findFirst()
        .ifPresent(
            name -> {
              throw new ParameterException(
                  commandLine(), "--mutants has scenarios of its own: leave out " + name);
            });
  }

  private Scenario scenario() {
    try {
      return new Scenario(
          nodes,
          sessions,
          minutes,
          demand,
          latencyMs,
          faults,
          Limits.perMinute(limitRpm, limitTpm),
          policy,
          skew);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private int simulate(Scenario scenario) throws InterruptedException {
    Rules rules = new Rules(scenario.timing());
    Summary summary = new Summary(runs(scenario, rules));
    out().println(summary.table(scenario));
    if (json) {
      out().println(summary.json());
    }
    out().flush();
    return summary.violations() == 0 ? ExitCode.OK : ExitCode.FAILED;
  }

  private List<Figures> runs(Scenario scenario, Rules rules) throws InterruptedException {
    if (seed != null) {
      Simulation simulation = new Simulation(scenario, seed, rules, trace ? out()::println : null);
      return List.of(simulation.run());
    }
    try (Progress progress = new Progress(seeds)) {
      return new Campaign(scenario, rules).run(seeds, figures -> false, progress::ended);
    }
  }

  private int tryMutants() throws InterruptedException {
    out()
        .println(
            "Each guard is taken away in turn; the seed that notices passes with it in place.");
    List<Verdict> verdicts = new MutantTrial(MUTANT_SEEDS).run(this::tell);
    long caught = verdicts.stream().filter(Verdict::isCaught).count();
    out().printf("%d of %d guards: taking the guard away was noticed.%n", caught, verdicts.size());
    if (json) {
      ObjectNode line = new JsonMapper().createObjectNode();
      line.put("mutants", verdicts.size());
      line.put("caught", caught);
      var survivors = line.putArray("survived");
      verdicts.stream()
          .filter(verdict -> !verdict.isCaught())
          .forEach(verdict -> survivors.add(verdict.mutant()));
      out().println(line);
    }
    out().flush();
    return caught == verdicts.size() ? ExitCode.OK : ExitCode.FAILED;
  }

  private void tell(Verdict verdict) {
    out()
        .printf(
            "%-8s  %s%n          %s%s%n",
            verdict.isCaught() ? "caught" : "SURVIVED",
            verdict.mutant(),
            verdict.seed() > 0
                ? "by seed %d of --faults %s: "
                    .formatted(verdict.seed(), Summary.lower(verdict.scenario().faults()))
                : "",
            verdict.sound() ? verdict.how() : "but the real rules fail as well: " + verdict.how());
    out().flush();
  }

  private PrintWriter out() {
    return commandLine().getOut();
  }

  private picocli.CommandLine commandLine() {
    if (spec == null) {
      throw new IllegalStateException("not run by a command line");
    }
    return spec.commandLine();
  }
}
