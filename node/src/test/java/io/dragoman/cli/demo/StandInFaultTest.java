package io.dragoman.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.dragoman.standin.FaultKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class StandInFaultTest {
  private final StandInFault.Converter converter = new StandInFault.Converter();

  @Test
  void isReadWithAndWithoutItsShare() {
    assertEquals(new StandInFault(FaultKind.RATE_LIMIT, 1, 10), converter.convert("rate-limit"));
    assertEquals(new StandInFault(FaultKind.RESET, 0.3, 10), converter.convert("reset:0.3"));
  }

  @Test
  void aWrongNameIsToldWithTheRightOnes() {
    String message =
        String.valueOf(
            assertThrows(TypeConversionException.class, () -> converter.convert("flood"))
                .getMessage());
    FaultKind.names().forEach(name -> assertTrue(message.contains(name), message));
  }

  @ParameterizedTest
  @ValueSource(strings = {"reset:", "reset:0", "reset:1.1", "reset:all", "reset:0.3:4"})
  void aWrongShareIsTold(String text) {
    assertThrows(TypeConversionException.class, () -> converter.convert(text));
  }

  @Test
  void isDescribed() {
    assertEquals(
        "reset befalls 30 % of calls for 5 s", converter.convert("reset:0.3").during(5).describe());
    assertEquals("hang befalls all calls for 10 s", converter.convert("hang").describe());
  }

  @Test
  void isSetAtTheStandIn() throws Exception {
    List<String> bodies = new CopyOnWriteArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/standin/fault",
        exchange -> {
          bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(bodies.size() == 1 ? 200 : 400, -1);
          exchange.close();
        });
    server.start();
    String baseUrl = "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    converter.convert("cut:0.5").during(7).set(baseUrl);
    assertEquals(List.of("{\"name\": \"cut\", \"share\": 0.5, \"seconds\": 7}"), bodies);
    assertThrows(IOException.class, () -> converter.convert("cut").set(baseUrl));
    server.stop(0);
  }
}
