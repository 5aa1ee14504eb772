package io.dragoman.sidebyside;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A {@link Member}, seen from outside. */
final class MemberProcess implements AutoCloseable {
  private final Process process;
  private final Path errors;
  private final BufferedReader answers;
  private final Writer orders;

  private MemberProcess(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.orders = process.outputWriter(StandardCharsets.UTF_8);
  }

  static MemberProcess start(
      Contender contender, long requestsPerMinute, Member.Place place, int observer)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + SideBySide.NODE.resolve("bin/jvm.options"));
    command.add("-Xmx512m");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Member.class.getName());
    command.add(contender.name());
    command.add(String.valueOf(requestsPerMinute));
    command.add(String.valueOf(place.number()));
    command.add(place.ports().stream().map(String::valueOf).collect(Collectors.joining(",")));
    command.add(place.file().toString());
    command.add(place.data().toString());
    command.add(String.valueOf(observer));
    Path errors = place.data().resolve(place.number() + ".log");
    return new MemberProcess(
        new ProcessBuilder(command).redirectError(errors.toFile()).start(), errors);
  }

  void awaitReady() throws IOException {
    answer("ready");
  }

  boolean isOwner() throws IOException {
    order("owner");
    return Boolean.parseBoolean(answer("owner"));
  }

  Decisions decide() throws IOException {
    order("decide");
    return Decisions.parse(answer("decided"));
  }

  void speak(int first, int count) throws IOException {
    order("speak %d %d".formatted(first, count));
  }

  private void order(String line) throws IOException {
    orders.write(line + "\n");
    orders.flush();
  }

  /** What follows the word in the next line. */
  private String answer(String word) throws IOException {
    String line = answers.readLine();
    if (line == null || !line.startsWith(word)) {
      throw new IOException(
          "a member says \"%s\" instead of \"%s\":%n%s"
              .formatted(line, word, Files.readString(errors)));
    }
    return line.substring(word.length()).strip();
  }

  /** Kills it. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
