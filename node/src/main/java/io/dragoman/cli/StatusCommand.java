package io.dragoman.cli;

import io.dragoman.ops.ClusterStatus;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dragoman status}: how a running cluster stands. */
@Command(
    name = "status",
    description = {
      "Shows a cluster's nodes, sessions and use of the quota, as any one of its nodes tells it.",
      "A line that begins with ! tells what is wrong: a node that does not answer, or speech or the"
          + " language model that does not serve the nodes. docs/operating.md says what to do."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:The node answered, whatever it had to say; or Ctrl-C ended --watch.",
      "2:The command line is wrong.",
      "3:No node's admin listener answers there."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dragoman status                              the node on this machine",
      "  dragoman status --admin 10.0.0.1:8081 --watch",
      "  dragoman status --json --sessions 100        for scripts"
    })
final class StatusCommand implements Callable<Integer> {
  private static final Duration EVERY = Duration.ofSeconds(1);

  /** So that the block fits a terminal of 24 lines, which could not redraw what scrolled away. */
  private static final int MOST_LINES = 23;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private final AdminListener admin = new AdminListener();

  @Option(
      names = "--sessions",
      paramLabel = "N",
      defaultValue = "7",
      description =
          "How many of the busiest sessions to show (0..1000, default: ${DEFAULT-VALUE}).")
  private int sessions;

  @Option(names = "--watch", description = "Shows it again every second, until Ctrl-C.")
  private boolean watch;

  @Option(names = "--json", description = "Prints one line of JSON each time.")
  private boolean json;

  /** Whether a signal is how this ends. Guarded by this, as what is printed meanwhile. */
  private boolean endsBySignal;

  @Override
  public Integer call() throws CommandException, InterruptedException {
    URI address = address();
    try (HttpClient http = AdminListener.connect()) {
      Answer first = ask(http, address);
      if (!watch) {
        print(first);
        return ExitCode.OK;
      }
      watch(http, address, first);
      return ExitCode.OK;
    }
  }

  private URI address() {
    if (sessions < 0 || sessions > 1_000) {
      throw new ParameterException(command(), "--sessions must be 0 to 1000");
    }
    return admin.at("/v1/stats/cluster?sessions=" + sessions);
  }

  private CommandLine command() {
    return Objects.requireNonNull(spec).commandLine();
  }

  /** What a node said, as it said it and as it is meant, and when. */
  private record Answer(String raw, ClusterStatus status, long nanoTime) {
    List<String> lines() {
      return StatusTable.lines(status, ZoneId.systemDefault());
    }

    /** What is left of it once it is no longer true. */
    String last() {
      Duration ago = Duration.ofNanos(System.nanoTime() - nanoTime);
      return StatusTable.last(status, ago, ZoneId.systemDefault());
    }
  }

  private Answer ask(HttpClient http, URI address) throws CommandException, InterruptedException {
    var answer = admin.get(http, address, ClusterStatus.class);
    return new Answer(answer.raw(), answer.said(), System.nanoTime());
  }

  private void watch(HttpClient http, URI address, Answer first) throws InterruptedException {
    LiveBlock block = !json && LiveBlock.terminal() ? new LiveBlock(System.out) : null;
    endBySignal(true);
    Runtime.getRuntime().addShutdownHook(new Thread(this::onShutdown, "watch"));
    try {
      Answer last = first;
      show(block, last, null);
      while (true) {
        Thread.sleep(EVERY);
        try {
          last = ask(http, address);
          show(block, last, null);
        } catch (CommandException e) {
          show(block, last, e.getMessage());
        }
      }
    } finally {
      endBySignal(false);
    }
  }

  private synchronized void endBySignal(boolean now) {
    endsBySignal = now;
  }

  /** Ctrl-C is how watching ends, so it is no failure. */
  private synchronized void onShutdown() {
    if (endsBySignal) {
      Runtime.getRuntime().halt(ExitCode.OK);
    }
  }

  /**
   * Shows the newest answer.
   *
   * @param trouble why there is none newer; null where there is
   */
  private synchronized void show(
      @Nullable LiveBlock block, Answer answer, @Nullable String trouble) {
    if (block != null) {
      List<String> lines =
          trouble == null ? answer.lines() : List.of("! " + trouble, "", answer.last());
      block.update(List.of(), StatusTable.atMost(MOST_LINES, lines));
    } else if (trouble != null) {
      PrintWriter err = command().getErr();
      err.println("dragoman: " + trouble);
      err.flush();
    } else {
      print(answer);
    }
  }

  private void print(Answer answer) {
    PrintWriter out = command().getOut();
    if (json) {
      out.println(answer.raw);
    } else {
      answer.lines().forEach(out::println);
      if (watch) {
        out.println();
      }
    }
    out.flush();
  }
}
