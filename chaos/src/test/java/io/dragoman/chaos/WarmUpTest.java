package io.dragoman.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code node/bin/warm-up} with a stand-in for Java, which writes caches that are good or bad. */
@Timeout(60)
final class WarmUpTest {
  private static final Path BIN = Path.of(System.getProperty("basedir", "."), "..", "node", "bin");

  /** Serves until its input ends and writes a cache; or starts, if the cache lets it. */
  private static final String JAVA =
      """
      #!/usr/bin/env bash
      home=$(dirname "$(dirname "$0")")
      for argument; do
        case $argument in
          -XX:AOTCacheOutput=*)
            echo ready; cat >/dev/null
            echo made >>"$home/made"
            sed -n "$(wc -l <"$home/made")p" "$home/caches" >"${argument#*=}" ;;
          -XX:AOTCache=*)
            echo tried >>"$home/tried"
            ulimit -c 0; grep -q good "${argument#*=}" || kill -SEGV $$ ;;
        esac
      done
      """;

  @TempDir Path home;

  @BeforeEach
  void checkout() throws IOException {
    Path bin = Files.createDirectories(home.resolve("node/bin"));
    try (Stream<Path> files = Files.list(BIN)) {
      for (Path file : files.toList()) {
        Files.copy(file, bin.resolve(file.getFileName()));
      }
    }
    Files.createDirectories(home.resolve("node/target/lib"));
    Files.writeString(home.resolve("node/target/dragoman.jar"), "");
    Files.createDirectories(home.resolve("jdk/bin"));
    Files.writeString(home.resolve("jdk/release"), "JAVA_VERSION=\"25.0.1\"\n");
    program("jdk/bin/javac", "#!/bin/sh\n");
    program("jdk/bin/java", JAVA);
  }

  @Test
  void aCacheWithWhichJavaStartsIsKept() throws Exception {
    assertEquals("", warmUp("good"));
    assertEquals("good\n", Files.readString(cache()));
    assertEquals("", warmUp("bad"));
    assertEquals("good\n", Files.readString(cache()), "made again, though it is up to date");
    assertEquals("tried\n", Files.readString(home.resolve("jdk/tried")));
  }

  @Test
  void aCacheWithWhichJavaCrashesIsMadeAgain() throws Exception {
    assertEquals("", warmUp("bad\ngood"));
    assertEquals("good\n", Files.readString(cache()));
  }

  @Test
  void withoutOneWithWhichJavaStartsThereIsNone() throws Exception {
    String said = warmUp("bad\nbad");
    assertTrue(said.startsWith("dragoman: no ahead-of-time cache could be made"), said);
    assertFalse(Files.exists(cache()));
  }

  private Path cache() {
    return home.resolve("node/target/dragoman.aot");
  }

  /** Runs it with a Java that writes these caches, a line each; answers all that it said. */
  private String warmUp(String caches) throws IOException, InterruptedException {
    Files.writeString(home.resolve("jdk/caches"), caches + "\n");
    ProcessBuilder command = new ProcessBuilder(home.resolve("node/bin/warm-up").toString());
    command.environment().put("DRAGOMAN_JAVA_HOME", home.resolve("jdk").toString());
    Path output = home.resolve("said");
    Process process = command.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue());
    return Files.readString(output);
  }

  private void program(String file, String text) throws IOException {
    Path path = Files.writeString(home.resolve(file), text);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
