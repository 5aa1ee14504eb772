package io.dragoman.standin;

import static io.dragoman.standin.OpenAiTestBed.HEARD;
import static io.dragoman.standin.OpenAiTestBed.SPANISH;
import static io.dragoman.standin.OpenAiTestBed.header;
import static io.dragoman.standin.OpenAiTestBed.json;
import static io.dragoman.standin.OpenAiTestBed.promptTokens;
import static io.dragoman.standin.OpenAiTestBed.translation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dragoman.standin.OpenAiTestBed.Client;
import java.net.http.HttpClient.Version;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(180)
class OpenAiStandInTest {
  private final OpenAiTestBed bed = new OpenAiTestBed();

  @AfterEach
  void close() {
    bed.close();
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void streamsTheTokensThenTheUsage(Version version) throws Exception {
    Client client = bed.client(version);
    client.get("/v1/models"); // a first POST would stay on HTTP/1.1
    HttpResponse<String> response = client.post(translation(HEARD).streamed().json());

    assertEquals(200, response.statusCode());
    assertEquals(version, response.version());
    assertEquals("openai", header(response, "x-dragoman-stand-in"));
    assertEquals("text/event-stream; charset=utf-8", header(response, "content-type"));
    List<String> events = events(response.body());
    assertEquals("[DONE]", events.getLast());
    List<JsonNode> chunks =
        events.subList(0, events.size() - 1).stream().map(OpenAiTestBed::json).toList();
    assertEquals("assistant", chunks.getFirst().at("/choices/0/delta/role").asText());
    assertEquals(SPANISH, text(chunks));
    assertEquals("stop", chunks.get(chunks.size() - 2).at("/choices/0/finish_reason").asText());
    JsonNode last = chunks.getLast();
    assertEquals(0, last.path("choices").size());
    assertEquals(Tokens.count(SPANISH), last.at("/usage/completion_tokens").asInt());
    assertEquals(
        promptTokens(PhrasebookTest.INTO_SPANISH, HEARD), last.at("/usage/prompt_tokens").asInt());
    for (JsonNode chunk : chunks) {
      assertEquals("chat.completion.chunk", chunk.path("object").asText());
      assertEquals("gpt-4o-mini-stand-in", chunk.path("model").asText());
      assertEquals("stand-in", chunk.path("system_fingerprint").asText());
      assertEquals(chunk.path("choices").isEmpty(), chunk.path("usage").isObject());
    }
  }

  @Test
  void withoutIncludeUsageEveryChunkHasAChoice() throws Exception {
    Client client = bed.client(Version.HTTP_1_1);
    String body = client.post(translation(HEARD).json().replace("}]", "}],\"stream\":true")).body();
    List<String> events = events(body);
    for (String event : events.subList(0, events.size() - 1)) {
      assertEquals(1, json(event).path("choices").size());
      assertFalse(json(event).has("usage"));
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void answersInOneDocument(Version version) throws Exception {
    Client client = bed.client(version);
    client.get("/v1/models");
    HttpResponse<String> response = client.post(translation(HEARD).json());
    JsonNode document = json(response.body());
    assertEquals(version, response.version());
    assertEquals("chat.completion", document.path("object").asText());
    assertEquals(SPANISH, document.at("/choices/0/message/content").asText());
    assertEquals("stop", document.at("/choices/0/finish_reason").asText());
    assertEquals(
        promptTokens(PhrasebookTest.INTO_SPANISH, HEARD) + Tokens.count(SPANISH),
        document.at("/usage/total_tokens").asInt());
  }

  @Test
  void anAnswerIsCutOffAtTheMostTokensItMayHave() throws Exception {
    Client client = bed.client(Version.HTTP_1_1);
    JsonNode document = json(client.post(translation(HEARD).maxTokens(2).json()).body());
    assertEquals("Ayer ell", document.at("/choices/0/message/content").asText());
    assertEquals("length", document.at("/choices/0/finish_reason").asText());
    assertEquals(2, document.at("/usage/completion_tokens").asInt());
  }

  @Test
  void onlyTheKeyOpensTheDoor() throws Exception {
    OpenAiStandIn standIn = bed.start();
    for (String key : new String[] {"", "Bearer wrong", "Basic secret"}) {
      HttpResponse<String> response =
          new Client(standIn.port(), bed.http(Version.HTTP_1_1), key)
              .post(translation(HEARD).json());
      assertEquals(401, response.statusCode());
      assertEquals("invalid_api_key", json(response.body()).at("/error/code").asText());
      assertEquals("openai", header(response, "x-dragoman-stand-in"));
      assertFalse(response.headers().map().containsKey("x-ratelimit-limit-requests"));
    }
    JsonNode stats = bed.client(standIn, Version.HTTP_1_1).stats();
    assertEquals(3, stats.path("unauthorized").asInt());
    assertEquals(0, stats.path("requests").asInt());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{                                                                   | null",
        "[]                                                                  | null",
        "{} {}                                                               | null",
        "{'messages':[{'role':'user','content':'x'}]}                        | model",
        "{'model':7,'messages':[{'role':'user','content':'x'}]}              | model",
        "{'model':'m'}                                                       | messages",
        "{'model':'m','messages':[]}                                         | messages",
        "{'model':'m','messages':['x']}                                      | messages[0]",
        "{'model':'m','messages':[{'content':'x'}]}                          | messages[0].role",
        "{'model':'m','messages':[{'role':'boss','content':'x'}]}            | messages[0].role",
        "{'model':'m','messages':[{'role':'user'}]}                          | messages[0].content",
        "{'model':'m','messages':[{'role':'user','content':['x']}]}          | messages[0].content",
        "{'model':'m','messages':[{'role':'user','content':'x'}],'max_tokens':0}                 | max_tokens",
        "{'model':'m','messages':[{'role':'user','content':'x'}],'max_tokens':1.5}               | max_tokens",
        "{'model':'m','messages':[{'role':'user','content':'x'}],'max_completion_tokens':-1}     | max_completion_tokens",
        "{'model':'m','messages':[{'role':'user','content':'x'}],'max_tokens':1,'max_completion_tokens':1} | max_tokens",
        "{'model':'m','messages':[{'role':'user','content':'x'}],'stream':'yes'}                 | stream",
        "{'model':'m','messages':[{'role':'user','content':'x'}],'stream_options':{}}            | stream_options",
        "{'model':'m','messages':[{'role':'user','content':'x'}],'n':2}                          | n"
      })
  void whatIsWrongIsNamed(String body, String param) throws Exception {
    Client client = bed.client(Version.HTTP_1_1);
    HttpResponse<String> response = client.post(body.replace('\'', '"'));
    assertEquals(400, response.statusCode());
    JsonNode error = json(response.body()).path("error");
    assertEquals("invalid_request_error", error.path("type").asText());
    assertEquals(param, error.path("param").asText());
    assertFalse(error.path("message").asText().isEmpty());
    JsonNode stats = client.stats();
    assertEquals(1, stats.path("invalid").asInt());
    assertEquals(0, stats.path("requests").asInt());
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void aBodyThatIsTooLargeIsRefusedAndTheConnectionGoesOn(Version version) throws Exception {
    Client client = bed.client(version);
    client.get("/v1/models");
    String large = translation("x".repeat(ChatCompletions.MAX_BODY_BYTES)).json();
    assertEquals(413, client.post(large).statusCode());
    assertEquals(200, client.post(translation(HEARD).json()).statusCode());
  }

  @Test
  void unknownPathsAreNotFound() throws Exception {
    Client client = bed.client(Version.HTTP_1_1);
    for (String path : new String[] {"/", "/v1/chat", "/v1/chat/completions", "/standin"}) {
      HttpResponse<String> response = client.get(path);
      assertEquals(404, response.statusCode());
      assertEquals(
          "Invalid URL (GET " + path + ")", json(response.body()).at("/error/message").asText());
    }
  }

  private static List<String> events(String body) {
    assertTrue(body.endsWith("\n\n"));
    return body.lines()
        .filter(line -> !line.isEmpty())
        .map(
            line -> {
              assertTrue(line.startsWith("data: "), line);
              return line.substring("data: ".length());
            })
        .toList();
  }

  private static String text(List<JsonNode> chunks) {
    return chunks.stream()
        .map(chunk -> chunk.at("/choices/0/delta/content").asText(""))
        .collect(Collectors.joining());
  }
}
