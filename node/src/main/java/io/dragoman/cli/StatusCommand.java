package io.dragoman.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dragoman.ops.ClusterStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
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
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Duration EVERY = Duration.ofSeconds(1);

  /** So that the block fits a terminal of 24 lines, which could not redraw what scrolled away. */
  private static final int MOST_LINES = 23;

  private static final JsonMapper JSON = new JsonMapper();

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:8081",
      description = "Any node's admin listener, its node.admin (default: ${DEFAULT-VALUE}).")
  private String admin = "";

  @Option(
      names = "--sessions",
      paramLabel = "N",
      defaultValue = "8",
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
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build()) {
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
    try {
      URI base = new URI("http://" + admin);
      if (base.getHost() != null && base.getPort() > 0 && base.getRawPath().isEmpty()) {
        return base.resolve("/v1/stats/cluster?sessions=" + sessions);
      }
    } catch (URISyntaxException e) {
      // Told below.
    }
    throw new ParameterException(
        command(), "--admin: \"%s\" is not HOST:PORT, for example 127.0.0.1:8081".formatted(admin));
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
    HttpResponse<String> response;
    try {
      response =
          http.send(
              HttpRequest.newBuilder(address).timeout(TIMEOUT).build(), BodyHandlers.ofString());
    } catch (HttpTimeoutException e) {
      throw unavailable("%s does not answer within %d s".formatted(admin, TIMEOUT.toSeconds()));
    } catch (ConnectException e) {
      throw unavailable("nothing answers at " + admin);
    } catch (IOException e) {
      throw unavailable(
          "what answers at %s does not speak HTTP; perhaps it is a node's grid.listen"
              .formatted(admin));
    }
    if (response.statusCode() == 404) {
      throw unavailable(
          ("what answers at %s is no admin listener; perhaps it is a node's node.listen, which is for"
                  + " clients")
              .formatted(admin));
    }
    if (response.statusCode() != 200) {
      throw unavailable(
          "what answers at %s is no admin listener of a node (HTTP %d)"
              .formatted(admin, response.statusCode()));
    }
    try {
      return new Answer(
          response.body(), JSON.readValue(response.body(), ClusterStatus.class), System.nanoTime());
    } catch (JsonProcessingException e) {
      throw unavailable("what answers at %s is no admin listener of a node".formatted(admin));
    }
  }

  private static CommandException unavailable(String sentence) {
    return new CommandException(
        ExitCode.UNAVAILABLE,
        sentence
            + "; give a running node's node.admin as --admin HOST:PORT (a node prints it when it is"
            + " ready)");
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
