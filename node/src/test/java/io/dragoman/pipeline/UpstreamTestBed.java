package io.dragoman.pipeline;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.openai.OpenAi;
import io.dragoman.openai.OpenAiClient;
import io.dragoman.openai.OpenAiConfig;
import io.dragoman.pipeline.CaptionPlan.Stability;
import io.dragoman.quota.Load;
import io.dragoman.speech.SpeechEvent;
import io.dragoman.standin.Clips;
import io.dragoman.standin.Faults;
import io.dragoman.standin.OpenAiStandIn;
import io.dragoman.standin.OpenAiStandInConfig;
import io.dragoman.standin.OpenAiStandInConfig.Delays;
import io.dragoman.standin.Sentence;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The language model's stand-in over real HTTP, a client of it, and sessions that use it. */
final class UpstreamTestBed implements AutoCloseable {
  static final int CONNECTIONS = 2;
  static final int CALLS = 8;
  private static final Duration TIMEOUT = Duration.ofMillis(600);

  /** As the real ones, and a fifth to a tenth as long. */
  private static final OpenAiConfig.Rests RESTS =
      new OpenAiConfig.Rests(Duration.ofMillis(50), Duration.ofSeconds(1), Duration.ofMillis(700));

  private static final PipelineConfig CAPTIONS =
      new PipelineConfig(
          "gpt-4o-mini",
          256,
          Duration.ofMillis(80),
          Duration.ofMillis(50),
          Duration.ofSeconds(1),
          Duration.ofMinutes(2),
          3);

  /** What sessions say. */
  static final List<Sentence> SENTENCES =
      Clips.shipped().stream().flatMap(clip -> clip.sentences().stream()).limit(6).toList();

  final Faults faults = new Faults();
  private final FakeGate gate = new FakeGate();
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Session> sessions = new ArrayList<>();
  private final OpenAiStandIn standIn;
  private final OpenAiClient client;

  UpstreamTestBed() {
    standIn =
        OpenAiStandIn.start(
            OpenAiStandInConfig.defaults()
                .withDelays(new Delays(Duration.ofMillis(20), 0, Duration.ofMillis(1), 1)),
            SENTENCES,
            faults);
    client =
        new OpenAiClient(
            new OpenAiConfig(
                URI.create("http://127.0.0.1:" + standIn.port() + "/v1"),
                "stand-in",
                CONNECTIONS,
                CALLS,
                Duration.ofSeconds(1),
                TIMEOUT,
                RESTS));
  }

  @Override
  public void close() {
    sessions.forEach(session -> session.pipeline.close());
    client.close();
    standIn.close();
    http.shutdownNow();
  }

  /**
   * Nothing arrived without a permit, and no slot, call or permit is left over. A call that a fault
   * befell may take others of its connection with it that were sent and have not arrived.
   */
  void assertEverythingIsBack() throws Exception {
    for (Session session : sessions) {
      session.pipeline.close();
    }
    await().until(() -> statistic("in_flight") == 0);
    List<OpenAi.Slot> slots = new ArrayList<>();
    await()
        .until(
            () -> {
              Optional<OpenAi.Slot> slot = client.tryReserve();
              while (slot.isPresent()) {
                slots.add(slot.get());
                slot = client.tryReserve();
              }
              boolean all = slots.size() == CONNECTIONS * CALLS;
              // Whatever rests tries one call at a time, so there the slots come one by one.
              return all || client.standing() instanceof OpenAi.Standing.Refusing;
            });
    slots.forEach(OpenAi.Slot::close);
    await().until(gate::isEmpty);
    long permits = gate.granted.get() - gate.unspent.get();
    long arrived = statistic("requests");
    assertTrue(arrived <= permits, () -> arrived + " requests with " + permits + " permits");
    assertTrue(
        permits - arrived <= faults.struck(),
        () -> arrived + " requests with " + permits + " permits, " + faults.struck() + " faults");
  }

  private long statistic(String name) throws IOException, InterruptedException {
    String document =
        http.send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + standIn.port() + "/standin/stats"))
                    .build(),
                BodyHandlers.ofString())
            .body();
    Matcher number = Pattern.compile("\"" + name + "\":(\\d+)").matcher(document);
    assertTrue(number.find(), document);
    return Long.parseLong(number.group(1));
  }

  static String spanish(Sentence sentence) {
    return sentence.translation("es", sentence.words().size(), 0);
  }

  /** One session's captions. */
  final class Session implements CaptionSink {
    final List<Caption.Final> finals = new CopyOnWriteArrayList<>();
    final List<String> failures = new CopyOnWriteArrayList<>();
    final List<String> refusals = new CopyOnWriteArrayList<>();
    final List<Sentence> spoken = new ArrayList<>();
    private final CaptionPipeline pipeline;
    private long position;

    Session(boolean correct) {
      pipeline =
          new CaptionPipeline(
              new CaptionPlan("en-US", List.of("es"), correct, false, Stability.FAST),
              0,
              client,
              gate.open(1),
              CAPTIONS,
              new PipelineMetrics(new SimpleMeterRegistry()).session("session"),
              this);
      sessions.add(this);
    }

    void finish() throws InterruptedException {
      pipeline.finish();
    }

    /** Ends it, and forgets it. */
    void close() {
      pipeline.close();
      sessions.remove(this);
    }

    void say(Sentence sentence) throws InterruptedException {
      spoken.add(sentence);
      pipeline.heard(
          new SpeechEvent.Final(
              sentence.heard(0), List.of(), position, position + 24_000, position + 24_000));
      position += 24_000;
    }

    void awaitFinals(int count) {
      await().until(() -> translations().size() >= count);
    }

    List<String> translations() {
      return texts(Caption.Role.TRANSLATION);
    }

    void assertAllMade() {
      assertEquals(spoken.stream().map(s -> spanish(s)).toList(), translations());
      assertEquals(
          spoken.stream().map(s -> s.corrected(0)).toList(), texts(Caption.Role.CORRECTED));
      assertEquals(List.of(), failures);
    }

    private List<String> texts(Caption.Role role) {
      return finals.stream().filter(c -> c.role() == role).map(Caption.Final::text).toList();
    }

    @Override
    public void partial(Caption.Partial caption) {}

    @Override
    public void said(Caption.Final source, long settled) {}

    @Override
    public void finished(Caption.Final caption) {
      finals.add(caption);
    }

    @Override
    public void waiting(String reason, @Nullable Load share, Duration about) {}

    @Override
    public void flowing() {}

    @Override
    public void failed(Caption.Role role, String language, String reason) {
      failures.add(role + " " + language + ": " + reason);
    }

    @Override
    public void refused(String code) {
      refusals.add(code);
    }

    @Override
    public void broken(RuntimeException bug) {
      failures.add(bug.toString());
    }
  }
}
