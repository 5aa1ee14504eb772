package io.dragoman.cli;

import io.dragoman.cli.demo.DemoCommand;
import io.dragoman.client.ClientException;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code dragoman}: the command that holds all others. */
@Command(
    name = "dragoman",
    description = "Live speech translation on a cluster that shares one language-model quota.",
    mixinStandardHelpOptions = true,
    versionProvider = DragomanCommand.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      NodeCommand.class,
      CheckConfigCommand.class,
      StandinCommand.class,
      StatusCommand.class,
      QuotaCommand.class,
      DrainCommand.class,
      StreamCommand.class
    },
    commandListHeading = "%nCommands:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:Done, and well.",
      "1:It ran, but failed, or what came out is not as it must be.",
      "2:The command line or the configuration is wrong.",
      "3:Something it needs is missing: a file, a key, a free port, a server that answers.",
      "130:Interrupted by Ctrl-C before there was anything to tell."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dragoman demo                      three nodes, six sessions, live captions",
      "  dragoman demo --seconds 20 --json  the same for 20 s, with its figures as JSON",
      "  dragoman stream --url ws://127.0.0.1:8080 --wav talk.wav --to es,de",
      "  dragoman status --watch            a cluster that runs: nodes, sessions, quota",
      "  dragoman quota set --help          other limits for it, without a restart",
      "  dragoman drain n2                  a node leaves it, and its sessions go on elsewhere",
      "",
      "dragoman COMMAND --help tells more of each."
    })
public final class DragomanCommand {

  /** Runs the command line; returns one of {@link ExitCode}'s. */
  public static int run(String... args) {
    return commandLine().execute(args);
  }

  /** The checkout or the installation that this runs from. */
  public static Path home() {
    return Path.of(System.getProperty("dragoman.home", "."));
  }

  static CommandLine commandLine() {
    return new CommandLine(new DragomanCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(DragomanCommand::explainUsage)
        .setExecutionExceptionHandler(DragomanCommand::explainFailure);
  }

  private static int explainUsage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    if (args.length == 0) {
      command.usage(command.getErr());
      return ExitCode.USAGE;
    }
    String help = command.getCommandSpec().qualifiedName() + " --help";
    say(command, UsageMistake.describe(e) + " (see " + help + ")");
    return ExitCode.USAGE;
  }

  /** Expected trouble is one sentence; anything else is a bug, and shows where. */
  private static int explainFailure(Exception e, CommandLine command, ParseResult parsed) {
    switch (e) {
      case CommandException trouble -> {
        say(command, trouble.getMessage());
        return trouble.exitCode();
      }
      case ClientException trouble -> {
        say(command, trouble.getMessage());
        return ExitCode.UNAVAILABLE;
      }
      case InterruptedException _ -> {
        return ExitCode.INTERRUPTED;
      }
      default -> {
        say(command, "this is a bug:");
        e.printStackTrace(command.getErr());
        return ExitCode.FAILED;
      }
    }
  }

  /**
   * @param sentences one a line
   */
  private static void say(CommandLine command, String sentences) {
    PrintWriter err = command.getErr();
    sentences
        .lines()
        .map(sentence -> command.getColorScheme().errorText("dragoman: " + sentence).toString())
        .forEach(err::println);
    err.flush();
  }

  /** The version of the jar that this class came in. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = DragomanCommand.class.getPackage().getImplementationVersion();
      return new String[] {
        "dragoman " + (version == null ? "(not from a jar)" : version), "Java " + Runtime.version()
      };
    }
  }
}
