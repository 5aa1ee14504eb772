package io.dragoman.standin;

import static io.dragoman.standin.OpenAiTestBed.HEARD;
import static io.dragoman.standin.OpenAiTestBed.SPANISH;
import static io.dragoman.standin.OpenAiTestBed.await;
import static io.dragoman.standin.OpenAiTestBed.translation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.standin.OpenAiStandInConfig.Delays;
import io.dragoman.standin.OpenAiTestBed.Client;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class OpenAiConnectionsTest {
  private final OpenAiTestBed bed = new OpenAiTestBed();

  @AfterEach
  void close() {
    bed.close();
  }

  @Test
  void countsConnectionsOfEveryProtocol() throws Exception {
    OpenAiStandIn standIn = bed.start();
    Client two = bed.client(standIn, Version.HTTP_2);
    Client one = bed.client(standIn, Version.HTTP_1_1);
    for (int i = 0; i < 3; i++) {
      assertEquals(200, two.get("/v1/models").statusCode());
      assertEquals(200, one.get("/v1/models").statusCode());
    }
    assertEquals(2, one.stats().path("connections_opened").asInt());
  }

  @Test
  void http2NeedsNoUpgrade() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), bed.start().port())) {
      byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      byte[] emptySettings = {0, 0, 0, 4, 0, 0, 0, 0, 0};
      socket.getOutputStream().write(preface);
      socket.getOutputStream().write(emptySettings);
      byte[] frame = socket.getInputStream().readNBytes(9);
      assertEquals(4, frame[3], "a SETTINGS frame");
    }
  }

  @Test
  void tokensComeAtTheirPaceAndTheDelayIsReported() throws Exception {
    OpenAiStandIn standIn =
        bed.start(
            bed.config()
                .withDelays(new Delays(Duration.ofMillis(150), 0, Duration.ofMillis(40), 1)));
    Client client = bed.client(standIn, Version.HTTP_1_1);
    client.get("/v1/models");
    long sent = System.nanoTime();
    HttpResponse<InputStream> response =
        client.send(
            client.request(translation(HEARD).streamed().json()), BodyHandlers.ofInputStream());
    long headersMs = (System.nanoTime() - sent) / 1_000_000;
    response.body().readAllBytes();
    long wholeMs = (System.nanoTime() - sent) / 1_000_000;
    assertTrue(headersMs >= 150, "first byte after " + headersMs + " ms");
    long paceMs = 40L * (Tokens.count(SPANISH) - 1);
    assertTrue(wholeMs >= 150 + paceMs, "the whole after " + wholeMs + " ms");
    assertTrue(wholeMs - headersMs >= paceMs - 40, "the headers do not wait for the text");
    assertTrue(client.stats().path("delay_ms_p50").asInt() >= 150);
  }

  /** Clients that vanish: nothing is logged, nothing stays behind, and others are still served. */
  @ParameterizedTest
  @EnumSource(Version.class)
  void aClientMayLeaveInTheMiddleOfAStream(Version version) throws Exception {
    OpenAiStandIn standIn =
        bed.start(bed.config().withDelays(new Delays(Duration.ZERO, 0, Duration.ofMillis(20), 1)));
    Queue<String> complaints = bed.complaints();
    for (int i = 0; i < 5; i++) {
      try (HttpClient leaving = bed.http(version)) {
        Client client = new Client(standIn.port(), leaving, "Bearer secret");
        client.get("/v1/models");
        HttpResponse<InputStream> response =
            client.send(
                client.request(translation("word ".repeat(60)).streamed().json()),
                BodyHandlers.ofInputStream());
        response.body().read();
        response.body().close();
        assertEquals(200, client.get("/v1/models").statusCode());
        leaving.shutdownNow();
      }
    }
    Client other = bed.client(standIn, version);
    await(() -> other.stats().path("in_flight").asInt() == 0);
    assertEquals(200, other.post(translation(HEARD).json()).statusCode());
    assertEquals(List.of(), List.copyOf(complaints));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aClientMayVanishBeforeTheFirstToken(boolean streamed) throws Exception {
    OpenAiStandIn standIn =
        bed.start(bed.config().withDelays(new Delays(Duration.ofMillis(300), 0, Duration.ZERO, 1)));
    Queue<String> complaints = bed.complaints();
    Client other = bed.client(standIn, Version.HTTP_1_1);
    String body = (streamed ? translation(HEARD).streamed() : translation(HEARD)).json();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), standIn.port())) {
      socket.setSoLinger(true, 0);
      String request =
          "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer secret\r\n"
              + "Content-Length: %d\r\n\r\n%s".formatted(body.length(), body);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      await(() -> other.stats().path("in_flight").asInt() == 1);
    }
    await(() -> other.stats().path("in_flight").asInt() == 0);
    assertEquals(1, other.stats().path("requests").asInt());
    assertEquals(List.of(), List.copyOf(complaints));
  }

  @Test
  void closingCutsOffWhatIsUnderWay() throws Exception {
    Queue<String> complaints = bed.complaints();
    OpenAiStandIn standIn =
        bed.start(bed.config().withDelays(new Delays(Duration.ofMinutes(10), 0, Duration.ZERO, 1)));
    Client client = bed.client(standIn, Version.HTTP_1_1);
    CompletableFuture<HttpResponse<String>> waiting =
        client.http().sendAsync(client.request(translation(HEARD).json()), BodyHandlers.ofString());
    Client other = bed.client(standIn, Version.HTTP_1_1);
    await(() -> other.stats().path("in_flight").asInt() == 1);
    standIn.close();
    assertTrue(waiting.handle((response, failure) -> failure != null).get());
    assertEquals(List.of(), List.copyOf(complaints));
  }

  @Test
  void aPortInUseIsSaidInASentence() {
    int taken = bed.start().port();
    OpenAiStandInConfig config = bed.config().withPort(taken);
    UncheckedIOException e =
        assertThrows(
            UncheckedIOException.class, () -> OpenAiStandIn.start(config, List.of(), new Faults()));
    assertEquals(
        "The OpenAI stand-in cannot listen on 127.0.0.1:" + taken + ": Address already in use",
        e.getMessage());
  }
}
