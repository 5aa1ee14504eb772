package io.dragoman.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HealthTest {
  private final AtomicBoolean majority = new AtomicBoolean(true);
  private final Health health = new Health(majority::get);

  @Test
  void aNodeIsReadyWhileItMayServeAndSeesAMajority() throws Exception {
    HttpRouting.Builder routing = HttpRouting.builder();
    health.serveOn(routing);
    WebServer server =
        WebServer.builder().host("127.0.0.1").port(0).routing(routing).build().start();
    try (HttpClient http = HttpClient.newHttpClient()) {
      assertReadiness(http, server, 503, "starting\n");
      health.ready();
      assertReadiness(http, server, 200, "ready\n");
      majority.set(false);
      assertReadiness(http, server, 503, "cut off: fewer than a majority of the nodes are here\n");
      majority.set(true);
      assertReadiness(http, server, 200, "ready\n");
      health.draining();
      health.ready();
      assertReadiness(http, server, 404, "draining\n");
    } finally {
      server.stop();
    }
  }

  private static void assertReadiness(HttpClient http, WebServer server, int status, String says)
      throws Exception {
    URI ready = URI.create("http://127.0.0.1:%d/health/ready".formatted(server.port()));
    HttpResponse<String> answer =
        http.send(HttpRequest.newBuilder(ready).build(), BodyHandlers.ofString());
    assertEquals(says, answer.body());
    assertEquals(status, answer.statusCode());
  }
}
