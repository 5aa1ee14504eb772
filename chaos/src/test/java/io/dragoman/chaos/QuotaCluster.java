package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Three {@link QuotaMember}s and the language model's stand-in, which counts what arrives: each a
 * process, and each member on a host of its own. Thirty sessions ask for all that they can get,
 * most of them on the first member.
 */
final class QuotaCluster implements AutoCloseable {
  static final int REQUESTS = 450;
  static final int TOKENS = 180_000;
  static final int SESSIONS = 30;

  private static final int[] SKEW = {18, 9, 3};
  private static final int PORT = 5701;
  private static final Path GRID =
      Path.of(System.getProperty("basedir", "."), "..", "cluster-config", "hazelcast.yaml");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /**
   * A call that was answered, by the clock that all processes share.
   *
   * @param arrived when the answer began, from which on it counts for a window
   * @param tokens that were booked for it
   */
  record Call(
      int member,
      String session,
      boolean isFinal,
      long permitted,
      long arrived,
      long answered,
      long tokens) {}

  private final Path directory;
  private final TestNetwork network;
  private final Dragoman standIn;

  /** All lives of each member; the last one is the present. */
  private final Map<Integer, List<Dragoman>> members = new TreeMap<>();

  private QuotaCluster(Path directory, TestNetwork network, Dragoman standIn) {
    this.directory = directory;
    this.network = network;
    this.standIn = standIn;
  }

  /** Starts all, and waits until everybody is served. */
  static QuotaCluster start(Path directory) throws IOException {
    TestNetwork network = TestNetwork.start(directory, SKEW.length);
    Dragoman standIn =
        Dragoman.start(
            directory,
            network.onRouter(),
            "standin",
            "--openai=127.0.0.1:0",
            "--speech=127.0.0.1:0",
            "--limit-rpm=" + REQUESTS,
            "--limit-tpm=" + TOKENS,
            "--token-ms=2");
    QuotaCluster cluster = new QuotaCluster(directory, network, standIn);
    try {
      await().atMost(PATIENCE).until(() -> standIn.output().endsWith("\n"));
      for (int member = 0; member < SKEW.length; member++) {
        cluster.start(member);
      }
      cluster.awaitCalls(0, 1, 2);
      return cluster;
    } catch (IOException | RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
  }

  /** Starts a member, for the first time or again. */
  void start(int member) throws IOException {
    String all =
        IntStream.range(0, SKEW.length).mapToObj(this::place).collect(Collectors.joining(","));
    members
        .computeIfAbsent(member, first -> new ArrayList<>())
        .add(
            Dragoman.start(
                directory,
                network.on(member),
                QuotaMember.class,
                place(member),
                all,
                GRID.toString(),
                directory.resolve("data" + member).toString(),
                upstream().toString(),
                String.valueOf(REQUESTS),
                String.valueOf(TOKENS),
                String.valueOf(SKEW[member])));
  }

  private String place(int member) {
    return network.address(member) + ":" + PORT;
  }

  private URI upstream() throws IOException {
    return URI.create(standIn.summary().path("openai").asText());
  }

  /** The member that the grid takes for the ledger's owner. */
  int owner() {
    return await()
        .atMost(PATIENCE)
        .until(
            () ->
                members.keySet().stream()
                    .filter(member -> present(member).handle().isAlive())
                    .filter(this::isOwner)
                    .toList(),
            owners -> owners.size() == 1)
        .getFirst();
  }

  private boolean isOwner(int member) {
    return lines(present(member))
        .filter(line -> line[0].equals("state"))
        .reduce((before, after) -> after)
        .map(line -> line[3].equals("true"))
        .orElse(false);
  }

  /** All states of the quota that a member has seen since, in any life. */
  List<String> states(int member, long since) {
    return lives(member)
        .flatMap(QuotaCluster::lines)
        .filter(line -> line[0].equals("state") && Long.parseLong(line[1]) >= since)
        .map(line -> line[2])
        .toList();
  }

  /** Sends a signal, such as {@code KILL}, {@code STOP}, {@code CONT} or {@code TERM}. */
  void signal(int member, String signal) throws IOException, InterruptedException {
    long pid = present(member).handle().pid();
    assertEquals(
        0, new ProcessBuilder("kill", "-" + signal, String.valueOf(pid)).start().waitFor());
  }

  void awaitEnd(int member) throws Exception {
    present(member).handle().onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** From now on a member and the others hear nothing of each other. */
  void cut(int member) throws IOException {
    network.cut(member);
  }

  /** All members hear each other again. */
  void heal() throws IOException {
    network.heal();
  }

  /** Waits until each of these has had a call answered that was permitted from now on. */
  void awaitCalls(int... which) {
    long now = System.currentTimeMillis();
    for (int member : which) {
      await().atMost(PATIENCE).until(() -> calls(member).anyMatch(call -> call.permitted() >= now));
    }
  }

  /** All calls that were answered so far. */
  List<Call> calls() {
    return members.keySet().stream().flatMap(this::calls).toList();
  }

  /** A member's, in all its lives. */
  private Stream<Call> calls(int member) {
    return lives(member)
        .flatMap(QuotaCluster::lines)
        .filter(line -> line[0].equals("call"))
        .map(
            line ->
                new Call(
                    member,
                    line[2],
                    line[3].equals("FINAL"),
                    Long.parseLong(line[4]),
                    Long.parseLong(line[5]),
                    Long.parseLong(line[1]),
                    Long.parseLong(line[6])));
  }

  /** What the language model has counted. */
  JsonNode counted() throws IOException {
    return JSON.readTree(network.get(upstream().resolve("/standin/stats")));
  }

  /** The language model was never sent more than it allows. */
  void assertNeverOver() throws IOException {
    JsonNode counted = counted();
    assertEquals(0, counted.path("rejected_429").asInt(), counted::toString);
    assertTrue(counted.path("worst_window_requests").asInt() <= REQUESTS, counted::toString);
    assertTrue(counted.path("worst_window_tokens").asInt() <= TOKENS, counted::toString);
  }

  private Stream<Dragoman> lives(int member) {
    return members.getOrDefault(member, List.of()).stream();
  }

  private Dragoman present(int member) {
    return lives(member)
        .reduce((before, after) -> after)
        .orElseThrow(() -> new IllegalArgumentException("there is no member " + member));
  }

  private static Stream<String[]> lines(Dragoman member) {
    String output = member.output();
    // The last line may not be whole yet.
    return output.substring(0, output.lastIndexOf('\n') + 1).lines().map(line -> line.split(" "));
  }

  @Override
  public void close() {
    members.values().forEach(lives -> lives.forEach(Dragoman::close));
    standIn.close();
    network.close();
  }
}
