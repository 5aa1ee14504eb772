package io.dragoman.page;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dragoman.standin.Clip;
import io.dragoman.standin.Clips;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CaptionsPageTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static WebServer server;

  @BeforeAll
  static void serve() {
    HttpRouting.Builder routing = HttpRouting.builder();
    new CaptionsPage().serveOn(routing);
    server = WebServer.builder().host("127.0.0.1").port(0).routing(routing).build().start();
  }

  @AfterAll
  static void stop() {
    server.stop();
  }

  @Test
  void nobodyCanStartBeforeTheScriptHasFilledThePage() throws Exception {
    String page = new String(get("/").body(), StandardCharsets.UTF_8);

    assertTrue(page.contains("type=\"submit\" disabled>Start<"), page);
    assertTrue(page.contains("role=\"status\">Loading…<"), page);
  }

  @ParameterizedTest
  @CsvSource({
    "/,                     text/html; charset=utf-8",
    "/style.css,            text/css; charset=utf-8",
    "/main.js,              text/javascript; charset=utf-8",
    "/microphone-worklet.js,text/javascript; charset=utf-8",
    "/icon.svg,             image/svg+xml",
    "/clips/,               application/json",
    "/clips/classroom.wav,  audio/wav"
  })
  void aFileIsServedAsWhatItIs(String path, String type) throws Exception {
    HttpResponse<byte[]> answer = get(path);
    assertEquals(200, answer.statusCode());
    assertEquals(type, header(answer, "Content-Type"));
    assertEquals("no-cache", header(answer, "Cache-Control"));
  }

  @Test
  void nothingRunsOrIsFetchedButWhatThisNodeServes() throws Exception {
    HttpResponse<byte[]> answer = get("/");
    String policy = header(answer, "Content-Security-Policy");
    assertTrue(policy.startsWith("default-src 'none';"), policy);
    assertTrue(policy.contains("frame-ancestors 'none'"), policy);
    assertTrue(!policy.contains("unsafe") && !policy.contains("*"), policy);
    assertEquals("nosniff", header(answer, "X-Content-Type-Options"));
    assertEquals("no-referrer", header(answer, "Referrer-Policy"));
    assertTrue(header(answer, "Permissions-Policy").contains("microphone=(self)"));
    String html = new String(answer.body(), StandardCharsets.UTF_8);
    assertTrue(
        !html.contains("://") && !html.contains("style=") && !html.contains("onclick"), html);
  }

  @Test
  void aFileThatDidNotChangeIsNotSentAgain() throws Exception {
    String tag = header(get("/main.js"), "ETag");
    HttpResponse<byte[]> again = get("/main.js", "If-None-Match", tag);
    assertEquals(304, again.statusCode());
    assertEquals(0, again.body().length);
    assertEquals(tag, header(again, "ETag"));
    assertEquals(200, get("/main.js", "If-None-Match", "\"another\"").statusCode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/nothing.js",
        "/clips/nothing.wav",
        "/clips/main.js",
        "/clips/..%2fpage%2fweb%2fmain.js",
        "/..%2fCaptionsPage.class",
        "/%2e%2e%2f%2e%2e%2flogback.xml",
        "/.js",
        "/MAIN.js"
      })
  void nothingElseIsThere(String path) throws Exception {
    HttpResponse<byte[]> answer = get(path);
    assertTrue(
        answer.statusCode() == 404 || answer.statusCode() == 400, path + answer.statusCode());
    assertTrue(answer.body().length < 100, path);
  }

  @Test
  void theListNamesEveryShippedClip() throws Exception {
    JsonNode list = new ObjectMapper().readTree(get("/clips/").body());
    List<Clip> shipped = Clips.shipped();
    assertEquals(shipped.size(), list.size());
    for (int i = 0; i < list.size(); i++) {
      JsonNode listed = list.get(i);
      Clip clip = shipped.get(i);
      assertEquals(clip.name(), listed.path("name").asText());
      assertEquals(clip.samples() * 1_000L / Clip.SAMPLE_RATE, listed.path("duration_ms").asLong());
      assertTrue(!listed.path("title").asText().isBlank());
      assertEquals("en-US", listed.path("language").asText());
      try (InputStream shippedWav =
          Clips.class.getResourceAsStream("/io/dragoman/clips/" + clip.name() + ".wav")) {
        assertArrayEquals(shippedWav.readAllBytes(), get("/clips/" + clip.name() + ".wav").body());
      }
    }
  }

  @Test
  void everyModuleThatAnotherAsksForIsServed() throws Exception {
    List<String> asked =
        Pattern.compile("(?:from '\\./|src=\"|href=\")([a-z][a-z-]*\\.[a-z]+)")
            .matcher(
                text("/") + text("/main.js") + text("/live.js") + text("/microphone-worklet.js"))
            .results()
            .map((MatchResult match) -> match.group(1))
            .distinct()
            .toList();
    assertTrue(asked.size() > 10, asked.toString());
    for (String file : asked) {
      assertEquals(200, get("/" + file).statusCode(), file);
    }
  }

  private static String text(String path) throws Exception {
    return new String(get(path).body(), StandardCharsets.UTF_8);
  }

  private static HttpResponse<byte[]> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HTTP.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }
}
