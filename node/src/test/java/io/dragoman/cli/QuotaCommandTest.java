package io.dragoman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dragoman.ops.QuotaEndpoint;
import io.dragoman.quota.Limits;
import io.dragoman.quota.LimitsChange;
import io.dragoman.quota.LimitsControl;
import io.dragoman.quota.Load;
import io.dragoman.quota.QuotaUse;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** {@code dragoman quota} against a node's listener. */
@Timeout(180)
class QuotaCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Limits limits = Limits.perMinute(4_500, 1_800_000);
  private LimitsControl.@Nullable Outcome outcome;
  private WebServer server;

  @BeforeEach
  void start() {
    LimitsControl control =
        new LimitsControl() {
          @Override
          public Limits limits() {
            return limits;
          }

          @Override
          public Outcome set(LimitsChange change, String caller) {
            Limits from = limits;
            limits = change.of(from);
            return outcome == null ? new Outcome.Set(from, limits) : outcome;
          }
        };
    QuotaUse use =
        new QuotaUse(
            QuotaUse.State.QUARANTINE,
            Duration.ofMillis(11_500),
            2,
            2,
            null,
            new Load(1, 1),
            new Load(1, 1));
    HttpRouting.Builder routing = HttpRouting.builder();
    new QuotaEndpoint(control, () -> use).serveOn(routing);
    server = WebServer.builder().host("127.0.0.1").port(0).routing(routing).build().start();
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  private int run(String... args) {
    return DragomanCommand.commandLine()
        .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }

  private String admin() {
    return "127.0.0.1:" + server.port();
  }

  @Test
  void theLimitsAreShown() {
    assertEquals(ExitCode.OK, run("quota", "--admin", admin()), err::toString);
    assertEquals(
        """
        requests a minute            4,500
        tokens a minute          1,800,000
        requests a second         no limit

        The quota's state is quarantine, for 12 s more.
        """,
        out.toString());
  }

  @Test
  void whatWasAndWhatIsNowAreShown() {
    assertEquals(
        ExitCode.OK,
        run(
            "quota",
            "set",
            "--requests-per-minute=900",
            "--requests-per-second=20",
            "--admin",
            admin()),
        err::toString);
    assertEquals(
        """
                                       was              now
        requests a minute            4,500              900
        tokens a minute          1,800,000        1,800,000
        requests a second         no limit               20

        What was granted before still counts: the lower limit is kept in full once that
        has ended, within a minute and a half.
        These hold until the whole cluster stops, or they are set again; quota.… in
        node.yaml is what a cluster begins with.
        """,
        out.toString());
  }

  @Test
  void aHigherLimitHoldsAtOnce() {
    assertEquals(
        ExitCode.OK,
        run("quota", "--admin", admin(), "set", "--tokens-per-minute", "2000000"),
        err::toString);
    assertEquals(0, out.toString().lines().filter(line -> line.contains("lower")).count());
    assertEquals(Limits.perMinute(4_500, 2_000_000), limits);
  }

  @Test
  void scriptsGetTheNodesOwnWords() {
    assertEquals(ExitCode.OK, run("quota", "--json", "--admin", admin()), err::toString);
    run("quota", "set", "--requests-per-second", "5", "--json", "--admin", admin());
    assertEquals(
        """
        {"limits":{"requestsPerMinute":4500,"tokensPerMinute":1800000,"requestsPerSecond":100000000},"state":"quarantine","remainingMs":11500}
        {"from":{"requestsPerMinute":4500,"tokensPerMinute":1800000,"requestsPerSecond":100000000},"to":{"requestsPerMinute":4500,"tokensPerMinute":1800000,"requestsPerSecond":5}}
        """,
        out.toString());
  }

  @Test
  void whatTheNodeRefusesIsWrongUsageInItsWords() {
    assertEquals(
        ExitCode.USAGE, run("quota", "set", "--tokens-per-minute", "100", "--admin", admin()));
    assertEquals(
        "dragoman: tokensPerMinute: 100 is less than 8192, which the longest request may need; it"
            + " would never be sent.\n",
        err.toString());
  }

  @Test
  void whatTheClusterDoesNotTakeFails() {
    outcome = new LimitsControl.Outcome.Closed(limits, limits, QuotaUse.State.GATHERING);
    assertEquals(
        ExitCode.FAILED, run("quota", "set", "--requests-per-minute", "100", "--admin", admin()));
    assertEquals(
        "dragoman: Nothing was changed, since no node could take it: the quota's state is gathering."
            + " \"dragoman status\" says when that ends; try again then.\n",
        err.toString());
  }
}
