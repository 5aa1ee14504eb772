package io.dragoman.chaos;

import io.dragoman.cluster.DispatchConfig;
import io.dragoman.cluster.Grid;
import io.dragoman.cluster.GridConfig;
import io.dragoman.cluster.GridQuota;
import io.dragoman.openai.ApiResult;
import io.dragoman.openai.ChatListener;
import io.dragoman.openai.ChatRequest;
import io.dragoman.openai.OpenAi;
import io.dragoman.openai.OpenAiClient;
import io.dragoman.openai.OpenAiConfig;
import io.dragoman.openai.RateLimitHeaders;
import io.dragoman.openai.Tokenizer;
import io.dragoman.pipeline.UpstreamEvidence;
import io.dragoman.quota.Limits;
import io.dragoman.quota.Permit;
import io.dragoman.quota.QuotaConfig;
import io.dragoman.quota.QuotaRequest;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.quota.QuotaUse;
import io.dragoman.quota.SessionQuota;
import io.dragoman.quota.Turn;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A node's part in the quota as a process of its own: the grid, the gate and the client of the
 * language model, with sessions that ask for all that they can get. Every call that was answered,
 * and every change of how the quota stands, is a line of its output:
 *
 * <pre>
 *   call MILLIS SESSION PRIORITY MILLIS_OF_ITS_PERMIT MILLIS_OF_ITS_ARRIVAL TOKENS
 *   state MILLIS NAME WHETHER_OWNER REMAINING_SECONDS
 * </pre>
 *
 * <p>Arguments: its own {@code host:port}, all of them separated by commas, the grid's file, the
 * folder for what it remembers, the language model's address, the requests and the tokens a minute,
 * and how many sessions. A SIGTERM makes it leave in good order.
 */
final class QuotaMember {
  private static final int LANES = 6;
  private static final Duration CALL = Duration.ofSeconds(20);
  private static final String MODEL = "gpt-4o-mini";
  private static final String INSTRUCTIONS = "Translate into Spanish.";

  /** The stand-in counts nearly as many tokens of it as our tokenizer does. */
  private static final String TEXT = "Good morning, everybody.";

  /** So that tokens bind a little sooner than requests do, at 400 of them a request. */
  private static final int[] LONGEST_ANSWERS = {340, 400, 460};

  private static final PrintStream OUT = System.out;

  private final GridQuota quota;
  private final OpenAi openAi;
  private final Tokenizer tokenizer = Tokenizer.of(MODEL);
  private final CountDownLatch leaving = new CountDownLatch(1);

  private QuotaMember(GridQuota quota, OpenAi openAi) {
    this.quota = quota;
    this.openAi = openAi;
  }

  public static void main(String[] arguments) throws Exception {
    String place = arguments[0];
    int colon = place.lastIndexOf(':');
    int port = Integer.parseInt(place.substring(colon + 1));
    GridConfig grid =
        new GridConfig(
            Path.of(arguments[2]),
            "m" + port,
            place.substring(0, colon),
            port,
            List.of(arguments[1].split(",")),
            Path.of(arguments[3]));
    Limits limits = Limits.perMinute(Long.parseLong(arguments[5]), Long.parseLong(arguments[6]));
    OpenAiConfig upstream = OpenAiConfig.of(URI.create(arguments[4]), "stand-in", CALL);
    Grid member = Grid.start(grid, QuotaConfig.of(limits));
    OpenAi openAi = new OpenAiClient(upstream);
    QuotaMember here =
        new QuotaMember(member.openQuota(DispatchConfig.of(upstream.mostCalls())), openAi);
    CountDownLatch left = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  here.leaving.countDown();
                  member.leave();
                  openAi.close();
                  line("left", "");
                  left.countDown();
                }));
    for (int session = 0; session < Integer.parseInt(arguments[7]); session++) {
      here.speak(place + "/" + session);
    }
    here.watch();
    left.await();
  }

  private void speak(String name) {
    SessionQuota session = quota.gate().open(1);
    for (int number = 0; number < LANES; number++) {
      int lane = number;
      Thread.startVirtualThread(() -> ask(name, session, lane));
    }
  }

  /** One caption after the other; every other one is a final. */
  private void ask(String name, SessionQuota session, int lane) {
    Priority priority = lane % 2 == 0 ? Priority.FINAL : Priority.PARTIAL;
    while (leaving.getCount() > 0) {
      ChatRequest request =
          new ChatRequest(
              MODEL, INSTRUCTIONS, TEXT, LONGEST_ANSWERS[lane % LONGEST_ANSWERS.length]);
      try {
        call(name, session, priority, request);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void call(String name, SessionQuota session, Priority priority, ChatRequest request)
      throws InterruptedException {
    int tokens =
        tokenizer.message(INSTRUCTIONS)
            + tokenizer.message(request.user())
            + Tokenizer.REPLY
            + request.maxCompletionTokens();
    Turn turn = session.ask(new QuotaRequest(priority, tokens, Duration.ofSeconds(3)));
    if (!(turn.await(Duration.ofHours(1)) instanceof Turn.Answer.Granted(Permit permit))) {
      return;
    }
    long permitted = System.currentTimeMillis();
    try (permit) {
      OpenAi.Slot slot = openAi.tryReserve().orElse(null);
      if (slot == null) {
        permit.unspent();
        leaving.await(20, TimeUnit.MILLISECONDS); // The client leaves the upstream alone for now.
        return;
      }
      try (slot) {
        Arrival arrival = new Arrival(permit);
        ApiResult result = slot.call(request, permit.since(), arrival);
        switch (result) {
          case ApiResult.Completed completed ->
              line(
                  "call",
                  "%s %s %d %d %d".formatted(name, priority, permitted, arrival.millis, tokens));
          case ApiResult.Failed(boolean retryable, boolean sent, String reason) when !sent ->
              permit.unspent();
          case ApiResult.RateLimited limited -> {
            permit.observed(UpstreamEvidence.of(limited));
            line("trouble", "RateLimited");
          }
          default -> line("trouble", result.getClass().getSimpleName());
        }
      }
    }
  }

  /** Notes when the answer began, which proves that the request had arrived. */
  private static final class Arrival implements ChatListener {
    private final Permit permit;
    private volatile long millis;

    Arrival(Permit permit) {
      this.permit = permit;
    }

    @Override
    public void onArrival(RateLimitHeaders limits) {
      millis = System.currentTimeMillis();
      permit.arrived();
      UpstreamEvidence.of(limits).ifPresent(permit::observed);
    }

    @Override
    public void onText(String delta) {}
  }

  /** Until it leaves. */
  private void watch() throws InterruptedException {
    String last = "";
    while (!leaving.await(20, TimeUnit.MILLISECONDS)) {
      QuotaUse use = quota.meter().use();
      String now = "%s %b".formatted(use.state(), quota.isOwner());
      if (!now.equals(last)) {
        line("state", "%s %d".formatted(now, use.remaining().toSeconds()));
        last = now;
      }
    }
  }

  private static void line(String what, String of) {
    OUT.println("%s %d %s".formatted(what, System.currentTimeMillis(), of));
  }
}
