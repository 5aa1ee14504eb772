package io.dragoman.cli;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dragoman.ops.ClusterStatus;
import io.dragoman.ops.DrainStatus;
import io.dragoman.ops.Totals;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** {@code dragoman drain} against two nodes' admin listeners. */
@Timeout(180)
class DrainCommandTest {
  private static final JsonMapper JSON = new JsonMapper();

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<String> drained = new CopyOnWriteArrayList<>();
  private final WebServer n1 = node("n1-11111111");
  private final WebServer n2 = node("n2-22222222");
  private final WebServer stranger = node("x1-99999999");
  private final Semaphore answers = new Semaphore(Integer.MAX_VALUE);
  private volatile int sessions = 2;
  private volatile List<ClusterStatus.Node> nodes =
      List.of(listed("n1-11111111", at(n1)), listed("n2-22222222", at(n2)));

  private WebServer node(String name) {
    return WebServer.builder()
        .host("127.0.0.1")
        .port(0)
        .routing(
            HttpRouting.builder()
                .get(
                    "/drain",
                    (request, response) -> {
                      answers.acquire();
                      answers.release();
                      response.send(json(status(name)));
                    })
                .post(
                    "/drain",
                    (request, response) -> {
                      drained.add(name);
                      response.send(json(status(name)));
                    })
                .get(
                    "/v1/stats/cluster", (request, response) -> response.send(json(cluster(name)))))
        .build()
        .start();
  }

  private DrainStatus status(String name) {
    return new DrainStatus(name, "draining", sessions, 2, 12_500);
  }

  private ClusterStatus cluster(String name) {
    return new ClusterStatus(
        1,
        name,
        name.startsWith("x") ? List.of() : nodes,
        List.of("10.0.0.3:5701"),
        new ClusterStatus.Quota("normal", 0, 2, 2, List.of(), 0, 1, 1, 0, 1, 1, 0, 0),
        Totals.NONE,
        0,
        0,
        List.of());
  }

  private static String at(WebServer server) {
    return "127.0.0.1:" + server.port();
  }

  private static ClusterStatus.Node listed(String name, String admin) {
    return new ClusterStatus.Node(
        name,
        "ready",
        "127.0.0.1:1",
        admin,
        "1",
        1,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        new ClusterStatus.Lease(0, 0, 0, 0, 0),
        List.of());
  }

  private static String json(Object document) {
    try {
      return JSON.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void stop() {
    n1.stop();
    n2.stop();
    stranger.stop();
  }

  private CompletableFuture<Integer> begin(String... args) {
    return CompletableFuture.supplyAsync(() -> run(args), Thread::startVirtualThread);
  }

  private int run(String... args) {
    return DragomanCommand.commandLine()
        .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }

  /** Node 2 ends once its sessions have gone, and leaves the cluster after that. */
  private void assertLeaves(String... args) throws Exception {
    CompletableFuture<Integer> exit = begin(args);
    await().until(() -> out.toString().contains("2 of 2 sessions left, 12 s"));
    sessions = 1;
    await().until(() -> out.toString().contains("1 of 2 sessions left"));
    sessions = 0;
    await().until(() -> out.toString().contains("no session is left"));
    n2.stop();
    nodes = List.of(nodes.getFirst());
    assertEquals(ExitCode.OK, exit.get(60, TimeUnit.SECONDS), err::toString);
    assertEquals(
        """
        n2-22222222 drains: 2 of 2 sessions left, 12 s
        n2-22222222 drains: 1 of 2 sessions left, 12 s
        n2-22222222 drains: no session is left; it hands its part of the shared state over
        n2-22222222 has left; 1 of 2 nodes are here
        """,
        out.toString());
    assertEquals(List.of("n2-22222222"), drained);
  }

  @Test
  void aNodeIsFoundByItsNameThroughAnyOther() throws Exception {
    assertLeaves("drain", "n2", "--admin", at(n1));
  }

  @Test
  void aNodeIsFoundByItsAddress() throws Exception {
    assertLeaves("drain", at(n2));
  }

  /** As where each node's admin listener is on its own machine's loopback. */
  @Test
  void aNodeThatIsStillInTheClusterHasNotLeft() {
    nodes = List.of(listed("n1-11111111", at(n2)), listed("n2-22222222", at(n2)));
    sessions = 0;
    CompletableFuture<Integer> exit = begin("drain", "n2", "--admin", at(n1));
    await().until(() -> out.toString().contains("hands its part"));
    n2.stop();
    await().pollDelay(3, TimeUnit.SECONDS).until(() -> !exit.isDone());
    nodes = List.of(nodes.getFirst());
    assertEquals(ExitCode.OK, exit.join());
    assertTrue(out.toString().endsWith("n2-22222222 has left; 1 of 2 nodes are here\n"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aNodeThatIsSlowToAnswerOnceIsFollowedFurther(boolean alone) {
    nodes = alone ? List.of(nodes.getLast()) : nodes;
    CompletableFuture<Integer> exit = begin("drain", at(n2), "--admin", "127.0.0.1:1");
    await().until(() -> out.toString().contains("2 of 2 sessions left"));
    answers.drainPermits();
    await().pollDelay(7, TimeUnit.SECONDS).until(() -> !exit.isDone());
    answers.release();
    sessions = 1;
    await().until(() -> out.toString().contains("1 of 2 sessions left"));
    n2.stop();
    nodes = List.of(nodes.getFirst());
    assertEquals(ExitCode.OK, exit.join());
    assertTrue(
        out.toString()
            .contains(alone ? "it was the only node here, so none can tell" : "1 of 2 nodes"),
        out::toString);
  }

  /** Nobody who answers need be of its cluster. */
  @Test
  void aNodeThatNoOtherSaysToHaveLeftIsNotSaidToHave() {
    nodes = List.of(listed("n1-11111111", "127.0.0.1:1"), listed("n2-22222222", at(n2)));
    sessions = 0;
    CompletableFuture<Integer> stays = begin("drain", at(n2), "--admin", at(n1));
    CompletableFuture<Integer> unknown = begin("drain", at(n2), "--admin", at(stranger));
    await().until(() -> out.toString().split("hands its part", -1).length == 3);
    n2.stop();
    assertEquals(ExitCode.FAILED, stays.join());
    assertEquals(ExitCode.FAILED, unknown.join());
    assertTrue(err.toString().contains("should have left by now, and has not"), err::toString);
    assertTrue(err.toString().contains("whether it has left is not known"), err::toString);
  }

  @Test
  void aNodeThatNobodyKnowsIsWrongUsage() {
    assertFails(
        ExitCode.USAGE,
        "no node is called n9; there are n1-11111111, n2-22222222",
        "drain",
        "n9",
        "--admin",
        at(n1));
    assertFails(ExitCode.USAGE, "NODE is needed", "drain");
    assertFails(ExitCode.USAGE, "NODE: \"n1:\" is not HOST:PORT", "drain", "n1:");
    assertFails(ExitCode.UNAVAILABLE, "nothing answers at 127.0.0.1:1", "drain", "127.0.0.1:1");
  }

  @Test
  void aNameThatTwoNodesHaveIsWrongUsage() {
    nodes = List.of(nodes.getFirst(), listed("n1-33333333", at(n2)));
    assertFails(
        ExitCode.USAGE,
        "2 nodes are called n1; name one of n1-11111111, n1-33333333",
        "drain",
        "n1",
        "--admin",
        at(n1));
  }

  /** Where nodes listen on 127.0.0.1 each, that is another one on each machine. */
  @Test
  void noOtherNodeIsDrainedThanTheOneThatWasNamed() {
    nodes = List.of(nodes.getFirst(), listed("n2-22222222", at(n1)));
    assertFails(
        ExitCode.USAGE, "but from here that is n1-11111111", "drain", "n2", "--admin", at(n1));
  }

  private void assertFails(int exitCode, String sentence, String... args) {
    assertEquals(exitCode, run(args), out::toString);
    assertTrue(err.toString().contains(sentence), err::toString);
    assertEquals(List.of(), drained);
  }
}
