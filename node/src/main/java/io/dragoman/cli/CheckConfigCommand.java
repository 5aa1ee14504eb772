package io.dragoman.cli;

import io.dragoman.ConfigCheck;
import io.dragoman.NodeConfig;
import io.dragoman.cluster.GridConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dragoman check-config}: what a node would say to a configuration, without starting it. */
@Command(
    name = "check-config",
    description = {
      "Checks configuration files, and the hazelcast.yaml that they name: tells every mistake, with"
          + " its line and what would be right. Opens no port, asks nobody, and needs no"
          + " credentials.",
      "",
      "The environment counts as it does for a node started here."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:All files are right.", "2:There are mistakes; they are on standard error."},
    footerHeading = "%nExamples:%n",
    footer = {
      "  dragoman check-config                        cluster-config/node.yaml",
      "  dragoman check-config /etc/dragoman/node.yaml",
      "  dragoman check-config hosts/*.yaml           one file of each node"
    })
final class CheckConfigCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      arity = "0..*",
      description = "What a node takes as --config (default: cluster-config/node.yaml).")
  private List<Path> files = List.of(DragomanCommand.home().resolve("cluster-config/node.yaml"));

  @Override
  public Integer call() throws CommandException {
    List<String> mistakes = new ArrayList<>();
    for (Path file : files) {
      ConfigCheck check = NodeConfig.check(DragomanCommand.home(), file, System.getenv(), Map.of());
      mistakes.addAll(check.mistakes());
      if (check.mistakes().isEmpty() && check.config() != null) {
        report(Objects.requireNonNull(spec).commandLine().getOut(), file, check.config(), check);
      }
    }
    if (!mistakes.isEmpty()) {
      throw new CommandException(ExitCode.USAGE, String.join("\n", mistakes));
    }
    return ExitCode.OK;
  }

  static void report(PrintWriter out, Path file, NodeConfig config, ConfigCheck check) {
    GridConfig grid = config.grid();
    out.printf(
        Locale.ROOT,
        "%s is right: clients at %s, operators at %s, %s at %s:%d, %,d requests and %,d tokens a"
            + " minute.%n",
        file,
        config.listen(),
        config.admin(),
        grid.size() == 1 ? "the only node, its grid" : "one of %d nodes".formatted(grid.size()),
        grid.host(),
        grid.port(),
        config.quota().limits().requests(),
        config.quota().limits().tokens());
    if (!check.missing().isEmpty()) {
      out.println("  The file is right; to start here, a node still needs:");
    }
    check.missing().forEach(sentence -> out.println("    " + sentence));
    check.notes().forEach(note -> out.println("  " + note));
    out.flush();
  }
}
