package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.dragoman.standin.Clip;
import io.dragoman.standin.Clips;
import io.dragoman.standin.Sentence;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The clients of {@code docs/examples}, as a reader of the documents runs them. */
@Timeout(120)
class ExamplesIT {
  private static final Path EXAMPLES =
      Path.of(System.getProperty("basedir", "."), "..", "docs", "examples").toAbsolutePath();
  private static final Clip CLIP = Clips.shipped().getFirst();
  private static final List<Sentence> SPOKEN = CLIP.sentences().subList(0, 2);

  private static final AtomicReference<String> SHOWN = new AtomicReference<>("");

  @TempDir static Path directory;
  private static Path wav;
  private static HttpServer pages;
  private static LoneNode node;

  @BeforeAll
  static void start() throws Exception {
    wav = directory.resolve("talk.wav");
    long samples = SPOKEN.getLast().words().getLast().endSample() + Clip.SAMPLE_RATE / 2L;
    AudioSystem.write(
        new AudioInputStream(
            new ByteArrayInputStream(CLIP.pcm(0)),
            new AudioFormat(Clip.SAMPLE_RATE, 16, 1, true, false),
            samples),
        AudioFileFormat.Type.WAVE,
        wav.toFile());
    pages = pages();
    node = LoneNode.start(directory, Map.of("sessions.origins", "http://" + address(pages)));
  }

  @AfterAll
  static void stop() {
    pages.stop(0);
    node.close();
  }

  @Test
  void theClientInJavaPrintsEverySentence() throws Exception {
    Path printed = directory.resolve("captions.txt");
    Process client =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dstdout.encoding=UTF-8",
                EXAMPLES.resolve("Captions.java").toString(),
                node.url(),
                wav.toString(),
                "es")
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start();
    try {
      await().atMost(Duration.ofMinutes(1)).until(() -> !client.isAlive());
    } finally {
      client.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(printed);
    assertEquals("closed: 1000 ended", lines.getLast(), () -> String.join("\n", lines));
    assertEquals(
        SPOKEN.stream().map(sentence -> sentence.heard(0)).toList(), said("source: ", lines));
    assertEquals(translations().toList(), said("translation: ", lines));
  }

  @Test
  void theClientInABrowserShowsEverySentence() throws Exception {
    String page =
        "http://%s/captions.html?node=%s&wav=talk.wav&to=es"
            .formatted(address(pages), URLEncoder.encode(node.url(), StandardCharsets.UTF_8));
    try (Chromium _ = new Chromium(page)) {
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> String.valueOf(SHOWN.get()).startsWith("Closed: "));
    }
    assertEquals(
        translations().collect(Collectors.joining(" ", "Closed: 1000\n", "")),
        String.valueOf(SHOWN.get()).strip());
  }

  private static Stream<String> translations() {
    return SPOKEN.stream().map(sentence -> sentence.translation("es", sentence.words().size(), 0));
  }

  private static List<String> said(String role, List<String> lines) {
    return lines.stream()
        .filter(line -> line.startsWith(role))
        .map(line -> line.substring(role.length()))
        .toList();
  }

  /**
   * A web server that is not the node: serves the page, with a script beside it that says what it
   * shows, and the speech.
   */
  private static HttpServer pages() throws IOException {
    HttpServer pages =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String spy =
        """
        <script>
          setInterval(() => fetch("/shown", {method: "POST", body: document.title + "\\n" + document.body.innerText}), 200);
        </script>
        """;
    pages.createContext(
        "/captions.html",
        exchange ->
            answer(
                exchange,
                (Files.readString(EXAMPLES.resolve("captions.html")) + spy)
                    .getBytes(StandardCharsets.UTF_8)));
    pages.createContext("/talk.wav", exchange -> answer(exchange, Files.readAllBytes(wav)));
    pages.createContext(
        "/shown",
        exchange -> {
          SHOWN.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          answer(exchange, new byte[0]);
        });
    pages.start();
    return pages;
  }

  private static String address(HttpServer server) {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  private static void answer(HttpExchange exchange, byte[] body) throws IOException {
    exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static final class Chromium implements AutoCloseable {
    private final Process process;

    Chromium(String page) throws IOException {
      process =
          new ProcessBuilder(
                  "chromium",
                  "--headless=new",
                  "--no-sandbox",
                  "--disable-gpu",
                  "--disable-dev-shm-usage",
                  "--user-data-dir=" + directory.resolve("chromium"),
                  page)
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("chromium.txt").toFile())
              .start();
    }

    @Override
    public void close() {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      // It writes into its directory until it is gone.
      await().until(() -> !process.isAlive());
    }
  }
}
