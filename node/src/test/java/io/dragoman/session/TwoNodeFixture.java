package io.dragoman.session;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A test around two nodes that keep their sessions in the same place. */
abstract class TwoNodeFixture extends NodeFixture {
  static final int SECOND = 48_000;
  static final String FINALIZE = "{\"type\":\"finalize\"}";

  /** Another node of the same cluster. */
  final TestNode other = other();

  private TestNode other() {
    TestNode.Limits same = new TestNode.Limits();
    same.registry = node.registry;
    return same.start();
  }

  @AfterEach
  final void stopOther() {
    other.close();
  }

  static RawClient resume(TestNode at, JsonNode before, long lastSeq, long oldestSample)
      throws IOException {
    return resume(at, SID, before, lastSeq, oldestSample);
  }

  static RawClient resume(TestNode at, String sid, JsonNode before, long lastSeq, long oldestSample)
      throws IOException {
    RawClient client = RawClient.connect(at.port(), sid);
    client.text(
        RawClient.START.replace(
            "\"correct\"",
            "\"resume\":{\"token\":\"%s\",\"last_seq\":%d,\"oldest_sample\":%d},\"correct\""
                .formatted(before.path("resume_token").asText(), lastSeq, oldestSample)));
    return client;
  }

  final RawClient begun() throws IOException {
    RawClient client = RawClient.connect(node.port(), SID);
    client.text(RawClient.START);
    return client;
  }

  /** Until the events that were asked for have come. */
  static List<JsonNode> events(RawClient client, long upTo) throws IOException {
    List<JsonNode> events = new ArrayList<>();
    while (events.isEmpty() || events.getLast().path("seq").asLong() < upTo) {
      JsonNode next = client.next(RawClient.TEXT).json();
      if (next.has("seq")) {
        events.add(next);
      }
    }
    return events;
  }

  static List<Long> seqs(List<JsonNode> events) {
    return events.stream().map(event -> event.path("seq").asLong()).toList();
  }
}
