package io.dragoman.cli;

import io.dragoman.ops.QuotaChange;
import io.dragoman.ops.QuotaStatus;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code dragoman quota}: the limits of a running cluster. */
@Command(
    name = "quota",
    description = {
      "Shows the limits that a running cluster keeps, as any one of its nodes tells them.",
      "dragoman status tells how much of them is used."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    synopsisSubcommandLabel = "[set]",
    subcommands = QuotaCommand.Set.class,
    commandListHeading = "%nCommands:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:The node answered.",
      "2:The command line is wrong.",
      "3:No node's admin listener answers there."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dragoman quota                               the node on this machine",
      "  dragoman quota --admin 10.0.0.1:8081 --json  for scripts",
      "  dragoman quota set --requests-per-minute 4000"
    })
final class QuotaCommand implements Callable<Integer> {
  private static final String PATH = "/v1/quota";

  @Spec private @Nullable CommandSpec spec;

  @Mixin private final AdminListener admin = new AdminListener();

  @Option(names = "--json", scope = ScopeType.INHERIT, description = "Prints one line of JSON.")
  private boolean json;

  @Override
  public Integer call() throws CommandException, InterruptedException {
    URI address = admin.at(PATH);
    try (HttpClient http = AdminListener.connect()) {
      var answer = admin.get(http, address, QuotaStatus.class);
      print(answer.raw(), QuotaTable.lines(answer.said()));
      return ExitCode.OK;
    }
  }

  private void print(String raw, List<String> lines) {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    if (json) {
      out.println(raw);
    } else {
      lines.forEach(out::println);
    }
    out.flush();
  }

  /** {@code dragoman quota set}: other limits, for the whole cluster and without a restart. */
  @Command(
      name = "set",
      description = {
        "Sets the limits of a running cluster, on all of its nodes and without a restart. What is not"
            + " given stays.",
        "They hold until the whole cluster stops, or they are set again: quota.… in node.yaml is what"
            + " a cluster begins with.",
        "What was granted before a limit is lowered is not taken back: in any minute that it still"
            + " counts in, more than the lower limit may have been sent."
      },
      mixinStandardHelpOptions = true,
      sortOptions = false,
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:The limits hold.",
        "1:The cluster could not take them now; it is told whether they were set.",
        "2:The command line is wrong, or a limit makes no sense.",
        "3:No node's admin listener answers there."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  dragoman quota set --requests-per-minute 4000 --tokens-per-minute 1600000",
        "  dragoman quota set --tokens-per-minute 900000 --admin 10.0.0.1:8081",
        "  dragoman quota set --requests-per-second 50 --json"
      })
  static final class Set implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @ParentCommand private @Nullable QuotaCommand parent;

    @Option(
        names = "--requests-per-minute",
        paramLabel = "N",
        description = "The most requests in any rolling minute (1..100000000).")
    private @Nullable Long requests;

    @Option(
        names = "--tokens-per-minute",
        paramLabel = "N",
        description = "The most tokens in any rolling minute (8192..100000000000).")
    private @Nullable Long tokens;

    @Option(
        names = "--requests-per-second",
        paramLabel = "N",
        description =
            "How fast requests are granted at most (1..100000000); half a second's worth may come at"
                + " once.")
    private @Nullable Long pace;

    @Override
    public Integer call() throws CommandException, InterruptedException {
      QuotaCommand quota = Objects.requireNonNull(parent);
      URI address = quota.admin.at(PATH);
      Map<String, Long> change = change();
      if (change.isEmpty()) {
        throw new ParameterException(
            Objects.requireNonNull(spec).commandLine(),
            "at least one of --requests-per-minute N, --tokens-per-minute N and"
                + " --requests-per-second N is needed");
      }
      try (HttpClient http = AdminListener.connect()) {
        var answer = quota.admin.put(http, address, change, QuotaChange.class);
        quota.print(answer.raw(), QuotaTable.lines(answer.said()));
        return ExitCode.OK;
      }
    }

    /** What is given, as a node's admin listener takes it. */
    private Map<String, Long> change() {
      Map<String, Long> change = new LinkedHashMap<>();
      put(change, "requestsPerMinute", requests);
      put(change, "tokensPerMinute", tokens);
      put(change, "requestsPerSecond", pace);
      return change;
    }

    private static void put(Map<String, Long> change, String name, @Nullable Long value) {
      if (value != null) {
        change.put(name, value);
      }
    }
  }
}
