package io.dragoman.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the network of the tests and of {@code demo --cut-one} lets through. */
@Timeout(180)
final class TestNetworkIT {
  private static final int PORT = 8000;

  /** As `timeout` says that something took too long, which a refusal does not. */
  private static final int SILENCE = 124;

  @TempDir Path directory;
  private TestNetwork network;
  private final List<Process> servers = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    network = TestNetwork.start(directory, 2);
    serve(network.onRouter(), "127.0.0.1");
    serve(network.on(0), network.address(0));
    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                connect(network.on(1), network.address(0)) == 0
                    && connect(network.on(1), "127.0.0.1") == 0);
  }

  @AfterEach
  void stop() {
    servers.forEach(Process::destroyForcibly);
    network.close();
  }

  @Test
  void whatIsMeantForAnIsolatedHostOrComesFromItVanishes() throws Exception {
    network.isolate(0);

    assertEquals(SILENCE, connect(network.onRouter(), network.address(0)));
    assertEquals(SILENCE, connect(network.on(1), network.address(0)));
    assertEquals(SILENCE, connect(network.on(0), "127.0.0.1"));
    assertEquals(0, connect(network.on(1), "127.0.0.1"), "the other hears the router");
  }

  @Test
  void hostsThatAreCutFromEachOtherHearTheRouter() throws Exception {
    network.cut(0);

    assertEquals(SILENCE, connect(network.on(1), network.address(0)));
    assertEquals(0, connect(network.onRouter(), network.address(0)));
    assertEquals(0, connect(network.on(0), "127.0.0.1"));
  }

  @Test
  void aConnectionOutlivesACut() throws Exception {
    String client =
        """
        exec 3<>/dev/tcp/127.0.0.1/%d
        echo connected
        read -r
        printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3
        cat <&3
        """
            .formatted(PORT);
    Process process = run(network.on(0), "bash", "-c", client).start();
    try (BufferedReader answers = process.inputReader(UTF_8);
        Writer orders = process.outputWriter(UTF_8)) {
      assertEquals("connected", answers.readLine());
      network.isolate(0);
      orders.write("ask\n");
      orders.flush();
      assertEquals(SILENCE, connect(network.on(0), "127.0.0.1"), "it takes its time as well");
      assertFalse(answers.ready(), "nothing is answered");

      network.heal();
      assertEquals("HTTP/1.1 200 OK", answers.readLine());
    } finally {
      process.destroyForcibly();
    }
  }

  /** The JDK's own web server. */
  private void serve(List<String> where, String address) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    servers.add(
        run(where, java, "-m", "jdk.httpserver", "-b", address, "-p", String.valueOf(PORT))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start());
  }

  /** The exit code of a try to connect. */
  private int connect(List<String> where, String address) throws Exception {
    String connect = "exec 3<>/dev/tcp/%s/%d".formatted(address, PORT);
    return run(where, "timeout", "2", "bash", "-c", connect).start().waitFor();
  }

  private ProcessBuilder run(List<String> where, String... command) {
    List<String> all = new ArrayList<>(where);
    all.addAll(Arrays.asList(command));
    return new ProcessBuilder(all).directory(directory.toFile());
  }
}
