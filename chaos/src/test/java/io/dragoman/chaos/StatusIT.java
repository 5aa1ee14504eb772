package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees of a cluster of processes: at work, with a frozen node, without speech. */
@Timeout(600)
class StatusIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern ADMIN = Pattern.compile("figures at http://([^/]+)/metrics");
  private static final Duration STARTED_WITHIN = Duration.ofMinutes(2);

  @TempDir Path directory;

  @Test
  void aRunningClusterIsSeenFromAnyNodeAFrozenNodeIsNamedAndSoIsADeadService() throws Exception {
    try (Dragoman demo = Dragoman.start(directory, "demo", "--standin", "--json")) {
      demo.awaitSaid("All nodes at a glance");
      List<String> admins = admins(demo);
      await()
          .atMost(STARTED_WITHIN)
          .until(() -> get(admins.getFirst(), "queue").path("activeSessions").asInt() == 6);

      JsonNode queue = get(admins.get(0), "queue");
      assertTrue(queue.path("maxConcurrent").asInt() > 0, queue.toString());
      eventually(() -> assertEquals(sessions(admins.get(1)), sessions(admins.get(2)), "any node"));
      eventually(
          () -> {
            JsonNode limits = get(admins.get(0), "limits");
            assertEquals(4_500, limits.path("requestsPerMinuteLimit").asInt(), limits.toString());
            assertTrue(limits.path("requestsLastMinute").asInt() > 0, limits.toString());
            assertEquals("normal", limits.path("quotaState").asText(), limits.toString());
          });

      eventually(() -> tableAndJson(admins.get(1)));
      watched(admins.get(2));

      ProcessHandle frozen = lastNode(demo);
      signal("STOP", frozen);
      try {
        eventually(
            () -> {
              JsonNode without = get(admins.get(0), "cluster");
              assertEquals(2, without.path("nodes").size(), without.toString());
              assertTrue(
                  without.path("nodesMissing").path(0).asText().startsWith("n3-"),
                  without.toString());
            });
      } finally {
        signal("CONT", frozen);
      }

      standIns(demo).destroyForcibly();
      eventually(
          () -> {
            for (JsonNode node : get(admins.get(0), "cluster").path("nodes")) {
              assertEquals(
                  List.of("speech", "away"),
                  List.of(
                      node.path("troubles").path(0).path("service").asText(),
                      node.path("troubles").path(0).path("state").asText()),
                  node.toString());
            }
          });
    }
  }

  /** On a machine that is busy with other things, a node may now and then answer too late. */
  private static void eventually(ThrowingRunnable assertion) {
    await().atMost(Duration.ofMinutes(1)).untilAsserted(assertion);
  }

  private void tableAndJson(String admin) throws Exception {
    try (Dragoman status = Dragoman.start(directory, "status", "--admin", admin)) {
      assertEquals(0, status.exit(), status::errors);
      String table = status.output();
      assertTrue(table.startsWith("3 of 3 nodes, 6 sessions;"), table);
      for (String part : List.of("n1-", "n2-", "n3-", "ready", "of 4,500", "of 1,800,000")) {
        assertTrue(table.contains(part), table);
      }
      table.lines().forEach(line -> assertTrue(line.length() <= 100, line));
    }
    try (Dragoman status =
        Dragoman.start(directory, "status", "--json", "--sessions", "2", "--admin", admin)) {
      assertEquals(0, status.exit(), status::errors);
      assertEquals(1, status.output().lines().count(), status.output());
      assertEquals(2, status.summary().path("busiest").size());
      assertEquals(3, status.summary().path("nodes").size());
    }
  }

  private void watched(String admin) throws Exception {
    try (Dragoman status =
        Dragoman.start(directory, "status", "--watch", "--json", "--admin", admin)) {
      await().atMost(STARTED_WITHIN).until(() -> status.output().lines().count() >= 3);
      status.handle().destroy();
      assertEquals(0, status.exit(), status::errors);
      for (String line : status.output().lines().toList()) {
        JsonNode told = JSON.readTree(line);
        assertEquals(3, told.path("nodes").size() + told.path("nodesMissing").size(), line);
      }
    }
  }

  @Test
  void aNodeThatIsNotThereIsASentenceAndExitCodeThree() throws Exception {
    try (Dragoman status =
        Dragoman.start(directory, "status", "--watch", "--admin", "127.0.0.1:1")) {
      assertEquals(3, status.exit(), status::errors);
      assertTrue(
          status.errors().startsWith("dragoman: nothing answers at 127.0.0.1:1; give a running"),
          status::errors);
      assertEquals("", status.output());
    }
  }

  private static Set<String> sessions(String admin) throws Exception {
    Set<String> ids = new HashSet<>();
    String after = "";
    do {
      JsonNode page = get(admin, "queue?limit=4&after=" + after);
      page.path("sessionStats").fieldNames().forEachRemaining(ids::add);
      after = page.path("next").asText();
    } while (!after.equals("null"));
    assertEquals(6, ids.size());
    return ids;
  }

  private static JsonNode get(String admin, String document) throws IOException {
    URI uri = URI.create("http://%s/v1/stats/%s".formatted(admin, document));
    try (HttpClient http = HttpClient.newHttpClient()) {
      return JSON.readTree(
          http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static List<String> admins(Dragoman demo) {
    return ADMIN.matcher(demo.errors()).results().map(found -> found.group(1)).toList();
  }

  /** The demo starts them first, and then its nodes in their order. */
  private static ProcessHandle standIns(Dragoman demo) {
    return demo.handle()
        .descendants()
        .min(Comparator.comparingLong(ProcessHandle::pid))
        .orElseThrow();
  }

  /** The demo starts its nodes in their order, after the stand-ins. */
  private static ProcessHandle lastNode(Dragoman demo) {
    return demo.handle()
        .descendants()
        .max(Comparator.comparingLong(ProcessHandle::pid))
        .orElseThrow();
  }

  private static void signal(String name, ProcessHandle process) throws Exception {
    String command = "kill -%s %d".formatted(name, process.pid());
    assertEquals(0, new ProcessBuilder("/bin/sh", "-c", command).start().waitFor(), command);
  }
}
