package io.dragoman.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The stand-ins for OpenAI and Google Speech, in a process of their own. */
final class StandIns implements AutoCloseable {
  private final Dragoman process;
  private final String openAi;
  private final String speech;

  private StandIns(Dragoman process) throws IOException {
    this.process = process;
    JsonNode ready = process.awaitReady();
    this.openAi = ready.path("openai").asText();
    this.speech = ready.path("speech").asText();
  }

  /** Starts them, and waits until they serve. */
  static StandIns start(Path directory, String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of("standin", "--openai=127.0.0.1:0"));
    command.add("--speech=127.0.0.1:0");
    command.addAll(List.of(options));
    Dragoman process = Dragoman.start(directory, command.toArray(String[]::new));
    try {
      return new StandIns(process);
    } catch (IOException | RuntimeException | Error e) {
      process.close();
      throw e;
    }
  }

  /** What a node that uses them is told on its command line. */
  List<String> settings() {
    return List.of(
        "--set=openai.api_key=stand-in",
        "--set=openai.base_url=" + openAi,
        "--set=speech.endpoint=" + speech);
  }

  /** Makes them fail, as {@code docs/testing.md} tells; none is {@code {"name": "none"}}. */
  void fault(String json) throws IOException, InterruptedException {
    URI faults = URI.create(openAi).resolve("/standin/fault");
    HttpRequest set = HttpRequest.newBuilder(faults).POST(BodyPublishers.ofString(json)).build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer = http.send(set, BodyHandlers.ofString());
      assertEquals(200, answer.statusCode(), answer.body());
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
