package io.dragoman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Operators reach a node whatever anybody else does at its admin listener. */
@Timeout(180)
class AdminListenerTest {

  @Test
  void nobodyHoldsTheAdminListenerUp() throws Exception {
    List<Socket> crowd = new ArrayList<>();
    try (Node node = TestNodes.start(1, 1, Map.of("http.head_s", "2"))) {
      try (Socket slow = connect(node)) {
        slow.getOutputStream()
            .write("GET /metrics HTTP/1.1\r\nHost: ".getBytes(StandardCharsets.US_ASCII));
        assertEquals(-1, slow.getInputStream().read());
      }
      for (int i = 0; i < 300; i++) {
        crowd.add(connect(node));
      }
      try (HttpClient operator = HttpClient.newHttpClient()) {
        URI metrics = URI.create("http://" + node.admin() + "/metrics");
        var request = HttpRequest.newBuilder(metrics).timeout(Duration.ofSeconds(60)).build();
        String answer = operator.send(request, BodyHandlers.ofString()).body();
        assertTrue(answer.contains("dragoman_connections"), answer);
        assertTrue(answer.contains("dragoman_openai_rate_limited{"), answer);
        assertTrue(answer.contains("state=\"ready\"} 1.0"), answer);
        assertTrue(answer.contains("dragoman_quota_used_by_others{"), answer);
      }
    } finally {
      for (Socket socket : crowd) {
        socket.close();
      }
    }
  }

  @Test
  void limitsAreSetWhereOperatorsConnectAndNotWhereClientsDo() throws Exception {
    try (Node node = TestNodes.start(1, 1, Map.of());
        HttpClient operator = HttpClient.newHttpClient()) {
      assertEquals(
          404, operator.send(lower(node.listening()), BodyHandlers.ofString()).statusCode());
      String answer = operator.send(lower(node.admin()), BodyHandlers.ofString()).body();
      assertEquals(
          "{\"from\":{\"requestsPerMinute\":4500,\"tokensPerMinute\":1800000,\"requestsPerSecond\":100000000},"
              + "\"to\":{\"requestsPerMinute\":1000,\"tokensPerMinute\":1800000,\"requestsPerSecond\":100000000}}",
          answer);
    }
  }

  @Test
  void aNodeIsDrainedWhereOperatorsConnectAndByNoWebPage() throws Exception {
    try (Node node = TestNodes.start(1, 1, Map.of("node.drain_s", "60"));
        HttpClient operator = HttpClient.newHttpClient()) {
      assertEquals(404, operator.send(drain(node.listening()).build(), text()).statusCode());
      var page = drain(node.admin()).header("Origin", "http://a.page").build();
      assertEquals(403, operator.send(page, text()).statusCode());
      String before = operator.send(drain(node.admin()).GET().build(), text()).body();
      assertTrue(
          before.endsWith("\"state\":\"ready\",\"sessions\":0,\"sessionsAtFirst\":0,\"leftMs\":0}"),
          before);
      String begun = operator.send(drain(node.admin()).build(), text()).body();
      assertTrue(
          begun.startsWith("{\"node\":\"" + node.name() + "\",\"state\":\"draining\""), begun);
      node.left().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
  }

  private static HttpRequest.Builder drain(String place) {
    return HttpRequest.newBuilder(URI.create("http://" + place + "/drain"))
        .timeout(Duration.ofSeconds(60))
        .POST(BodyPublishers.noBody());
  }

  private static BodyHandler<String> text() {
    return BodyHandlers.ofString();
  }

  private static HttpRequest lower(String place) {
    return HttpRequest.newBuilder(URI.create("http://" + place + "/v1/quota"))
        .timeout(Duration.ofSeconds(60))
        .PUT(BodyPublishers.ofString("{\"requestsPerMinute\": 1000}"))
        .build();
  }

  private static Socket connect(Node node) throws IOException {
    Address admin = Address.parse("admin", node.admin());
    Socket socket = new Socket(admin.host(), admin.port());
    socket.setSoTimeout(60_000);
    return socket;
  }
}
