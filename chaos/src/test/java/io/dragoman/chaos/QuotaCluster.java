package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Three {@link QuotaMember}s and the language model's stand-in, which counts what arrives: each a
 * process. Thirty sessions ask for all that they can get, most of them on the first member.
 */
final class QuotaCluster implements AutoCloseable {
  static final int REQUESTS = 450;
  static final int TOKENS = 180_000;
  static final int SESSIONS = 30;

  private static final int[] SKEW = {18, 9, 3};
  private static final Path GRID =
      Path.of(System.getProperty("basedir", "."), "..", "cluster-config", "hazelcast.yaml");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Path directory;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Dragoman standIn;
  private final URI upstream;
  private final List<String> places;
  private final Map<Integer, Dragoman> members = new TreeMap<>();

  /** Of processes that are gone. */
  private final List<Dragoman> former = new ArrayList<>();

  private QuotaCluster(Path directory, Dragoman standIn) throws IOException {
    this.directory = directory;
    this.standIn = standIn;
    await().atMost(PATIENCE).until(() -> standIn.output().endsWith("\n"));
    this.upstream = URI.create(standIn.summary().path("openai").asText());
    this.places = freePlaces(SKEW.length);
  }

  /** Starts all, and waits until everybody is served. */
  static QuotaCluster start(Path directory) throws IOException {
    Dragoman standIn =
        Dragoman.start(
            directory,
            "standin",
            "--openai=127.0.0.1:0",
            "--speech=127.0.0.1:0",
            "--limit-rpm=" + REQUESTS,
            "--limit-tpm=" + TOKENS,
            "--token-ms=2");
    QuotaCluster cluster;
    try {
      cluster = new QuotaCluster(directory, standIn);
    } catch (IOException | RuntimeException | Error e) {
      standIn.close();
      throw e;
    }
    try {
      for (int member = 0; member < SKEW.length; member++) {
        cluster.start(member);
      }
      long now = System.currentTimeMillis();
      cluster.awaitCalls(now, 0, 1, 2);
      return cluster;
    } catch (IOException | RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
  }

  /** Starts a member, for the first time or again. */
  void start(int member) throws IOException {
    Dragoman gone =
        members.put(
            member,
            Dragoman.start(
                directory,
                QuotaMember.class,
                places.get(member),
                String.join(",", places),
                GRID.toString(),
                directory.resolve("data").toString(),
                upstream.toString(),
                String.valueOf(REQUESTS),
                String.valueOf(TOKENS),
                String.valueOf(SKEW[member])));
    if (gone != null) {
      former.add(gone);
    }
  }

  /** The member that the grid takes for the ledger's owner. */
  int owner() {
    return await()
        .atMost(PATIENCE)
        .until(
            () ->
                members.entrySet().stream()
                    .filter(member -> member.getValue().handle().isAlive())
                    .filter(member -> lastState(member.getValue())[3].equals("true"))
                    .map(Map.Entry::getKey)
                    .toList(),
            owners -> owners.size() == 1)
        .getFirst();
  }

  /** How a member says that the quota stands. */
  String state(int member) {
    return lastState(member(member))[2];
  }

  /** All states that a member has seen since. */
  List<String> states(int member, long since) {
    return lines(member(member))
        .filter(line -> line[0].equals("state") && time(line) >= since)
        .map(line -> line[2])
        .toList();
  }

  private static String[] lastState(Dragoman member) {
    return lines(member)
        .filter(line -> line[0].equals("state"))
        .reduce((before, after) -> after)
        .orElse(new String[] {"state", "0", "UNREACHABLE", "false", "0"});
  }

  /** Sends a signal, such as {@code KILL}, {@code STOP}, {@code CONT} or {@code TERM}. */
  void signal(int member, String signal) throws IOException, InterruptedException {
    long pid = member(member).handle().pid();
    assertEquals(
        0, new ProcessBuilder("kill", "-" + signal, String.valueOf(pid)).start().waitFor());
  }

  void awaitEnd(int member) throws Exception {
    member(member).handle().onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** Waits until each of these has had a call answered since. */
  void awaitCalls(long since, int... which) {
    for (int member : which) {
      firstCall(since, member);
    }
  }

  /** How many milliseconds after a time one of these had the first call answered; waits for it. */
  long firstCall(long since, int... which) {
    return await()
            .atMost(PATIENCE)
            .until(
                () ->
                    IntStream.of(which)
                        .mapToObj(this::member)
                        .flatMap(QuotaCluster::lines)
                        .filter(line -> line[0].equals("call") && time(line) > since)
                        .mapToLong(QuotaCluster::time)
                        .min()
                        .orElse(0),
                time -> time > 0)
        - since;
  }

  /** How many calls of each session were answered in a span of time. */
  Map<String, Integer> calls(long from, long to) {
    Map<String, Integer> calls = new TreeMap<>();
    Stream.concat(members.values().stream(), former.stream())
        .flatMap(QuotaCluster::lines)
        .filter(line -> line[0].equals("call") && time(line) >= from && time(line) < to)
        .forEach(line -> calls.merge(line[2], 1, Integer::sum));
    return calls;
  }

  /** What the language model has counted. */
  JsonNode counted() throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(upstream.resolve("/standin/stats")).build();
    return JSON.readTree(http.send(request, BodyHandlers.ofString()).body());
  }

  /** The language model was never sent more than it allows. */
  void assertNeverOver() throws IOException, InterruptedException {
    JsonNode counted = counted();
    assertEquals(0, counted.path("rejected_429").asInt(), counted::toString);
    assertTrue(counted.path("worst_window_requests").asInt() <= REQUESTS, counted::toString);
    assertTrue(counted.path("worst_window_tokens").asInt() <= TOKENS, counted::toString);
  }

  private Dragoman member(int member) {
    Dragoman process = members.get(member);
    if (process == null) {
      throw new IllegalArgumentException("there is no member " + member);
    }
    return process;
  }

  private static Stream<String[]> lines(Dragoman member) {
    String output = member.output();
    // The last line may not be whole yet.
    return output.substring(0, output.lastIndexOf('\n') + 1).lines().map(line -> line.split(" "));
  }

  private static long time(String[] line) {
    return Long.parseLong(line[1]);
  }

  private static List<String> freePlaces(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return sockets.stream().map(socket -> "127.0.0.1:" + socket.getLocalPort()).toList();
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }

  @Override
  public void close() {
    members.values().forEach(Dragoman::close);
    standIn.close();
    http.shutdownNow();
  }
}
