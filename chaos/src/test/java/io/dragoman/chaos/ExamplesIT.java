package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.dragoman.standin.Clip;
import io.dragoman.standin.Clips;
import io.dragoman.standin.Sentence;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
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

  @TempDir static Path directory;
  private static Path wav;
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
    node = LoneNode.start(directory, Map.of());
  }

  @AfterAll
  static void stop() {
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
    AtomicReference<String> shown = new AtomicReference<>("");
    HttpServer pages = pages(shown);
    try (Front front = new Front(node.port(), pages.getAddress().getPort());
        Chromium _ = new Chromium(front.page())) {
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> String.valueOf(shown.get()).startsWith("Closed: "));
    } finally {
      pages.stop(0);
    }
    assertEquals(
        translations().collect(Collectors.joining(" ", "Closed: 1000\n", "")),
        String.valueOf(shown.get()).strip());
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

  /** Serves the page, with a script beside it that says what it shows, and the speech. */
  private static HttpServer pages(AtomicReference<String> shown) throws IOException {
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
          shown.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          answer(exchange, new byte[0]);
        });
    pages.start();
    return pages;
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

  /**
   * One address for the page and the sessions, as a balancer gives them: a browser may then connect
   * from the page, for it is of the same origin.
   */
  private static final class Front implements AutoCloseable {
    private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int sessions;
    private final int pages;

    Front(int sessions, int pages) throws IOException {
      this.sessions = sessions;
      this.pages = pages;
      Thread.startVirtualThread(this::accept);
    }

    String page() {
      String here = "127.0.0.1:" + door.getLocalPort();
      return "http://%s/captions.html?node=%s&wav=talk.wav&to=es"
          .formatted(here, URLEncoder.encode("ws://" + here, StandardCharsets.UTF_8));
    }

    private void accept() {
      try {
        while (true) {
          Socket client = door.accept();
          Thread.startVirtualThread(() -> pass(client));
        }
      } catch (IOException e) {
        // Closed.
      }
    }

    /** The first request says where a connection belongs. */
    private void pass(Socket client) {
      try (client) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next; (next = client.getInputStream().read()) >= 0; ) {
          line.write(next);
          if (next == '\n') {
            break;
          }
        }
        boolean session = line.toString(StandardCharsets.US_ASCII).contains(" /v1/session");
        try (Socket server =
            new Socket(InetAddress.getLoopbackAddress(), session ? sessions : pages)) {
          line.writeTo(server.getOutputStream());
          Thread.startVirtualThread(() -> copy(client, server));
          copy(server, client);
        }
      } catch (IOException e) {
        // One side has gone.
      }
    }

    private static void copy(Socket from, Socket to) {
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        in.transferTo(out);
        to.shutdownOutput();
      } catch (IOException e) {
        // One side has gone.
      }
    }

    @Override
    public void close() throws IOException {
      door.close();
    }
  }
}
