package io.dragoman.chaos;

import io.dragoman.cli.ExitCode;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code chaos}: the command that holds all others. */
@Command(
    name = "chaos",
    description = "Shows what Dragoman's quota does when things go wrong.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = SimulateCommand.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:Every run kept every promise.",
      "1:A promise was broken, or a guard's absence went unnoticed.",
      "2:The command line is wrong."
    })
final class ChaosCommand {
  private ChaosCommand() {}

  /** Runs the command line; returns one of {@link ExitCode}'s. */
  static int run(String... args) {
    return commandLine().execute(args);
  }

  static CommandLine commandLine() {
    CommandLine commandLine =
        new CommandLine(new ChaosCommand()).setCaseInsensitiveEnumValuesAllowed(true);
    return commandLine.setParameterExceptionHandler(
        (trouble, args) -> {
          CommandLine command = trouble.getCommandLine();
          if (args.length == 0) {
            command.usage(command.getErr());
          } else {
            String help = command.getCommandSpec().qualifiedName() + " --help";
            command.getErr().println("chaos: " + trouble.getMessage() + " (see " + help + ")");
            command.getErr().flush();
          }
          return ExitCode.USAGE;
        });
  }
}
