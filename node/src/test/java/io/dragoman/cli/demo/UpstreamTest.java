package io.dragoman.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class UpstreamTest {
  private final HttpServer server;

  UpstreamTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    server.createContext(
        "/standin/stats",
        exchange -> {
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
  }

  private String baseUrl() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
  }

  @Test
  void theStandInTellsItsFigures() throws Exception {
    answer(
        """
        {"requests":412,"tokens":61000,"rejected_429":0,"worst_window_requests":400,
         "limit_requests":4500,"delay_ms_p50":301,"faulted":12}
        """);

    assertEquals(new Upstream(412L, 61_000L, 0L, 400L, 4_500, 301L, 12L), Upstream.ask(baseUrl()));
  }

  @Test
  void figuresThatLackSomethingAreNone() {
    answer("{\"requests\":412}");

    IOException e = assertThrows(IOException.class, () -> Upstream.ask(baseUrl()));
    assertEquals("they lack tokens", e.getMessage());
  }

  @Test
  void aStandInThatIsGoneTellsNone() {
    server.stop(0);

    assertThrows(IOException.class, () -> Upstream.ask(baseUrl()));
  }
}
