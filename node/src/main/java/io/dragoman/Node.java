package io.dragoman;

import io.dragoman.cluster.Grid;
import io.dragoman.cluster.GridQuota;
import io.dragoman.openai.OpenAi;
import io.dragoman.openai.OpenAiClient;
import io.dragoman.openai.Tokenizer;
import io.dragoman.ops.Drain;
import io.dragoman.ops.Health;
import io.dragoman.ops.Metrics;
import io.dragoman.ops.NodeFigures;
import io.dragoman.ops.QuotaEndpoint;
import io.dragoman.ops.QuotaGauges;
import io.dragoman.ops.Stats;
import io.dragoman.page.CaptionsPage;
import io.dragoman.pipeline.PipelineMetrics;
import io.dragoman.session.SessionEndpoint;
import io.dragoman.session.SessionMetrics;
import io.dragoman.session.SessionServices;
import io.dragoman.session.SessionWindows;
import io.dragoman.speech.GoogleRecognizer;
import io.dragoman.speech.SpeechRecognizer;
import io.dragoman.websocket.Door;
import io.dragoman.websocket.Lobby;
import io.dragoman.websocket.Watch;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One node of the cluster, wired together. Thread-safe. */
public final class Node implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Node.class);
  private static final String ADMIN = "admin";
  private static final int ADMIN_CONNECTIONS = 100;
  private static final Duration ALL_HERE_WITHIN = Duration.ofSeconds(10);

  /** What sessions that were cut off may still commit. */
  private static final Duration LAST_COMMITS = Duration.ofSeconds(5);

  private static final Duration CLUSTER_REMINDER = Duration.ofSeconds(10);

  private final NodeConfig config;
  private final Grid grid;
  private final GridQuota quota;
  private final SpeechRecognizer recognizer;
  private final OpenAi openAi;
  private final SessionEndpoint sessions;
  private final Health health;
  private final Drain drain;
  private final Metrics metrics;
  private final WebServer server;
  private final Watch adminWatch;

  /** Done once the node has left. */
  private final CompletableFuture<Void> left;

  private Node(
      NodeConfig config,
      Grid grid,
      GridQuota quota,
      SpeechRecognizer recognizer,
      OpenAi openAi,
      SessionEndpoint sessions,
      Health health,
      Drain drain,
      Metrics metrics,
      WebServer server,
      Watch adminWatch) {
    this.config = config;
    this.grid = grid;
    this.quota = quota;
    this.recognizer = recognizer;
    this.openAi = openAi;
    this.sessions = sessions;
    this.health = health;
    this.drain = drain;
    this.metrics = metrics;
    this.server = server;
    this.adminWatch = adminWatch;
    this.left =
        drain
            .begun()
            .thenRunAsync(this::leave, task -> Thread.ofPlatform().name("drain").start(task))
            .toCompletableFuture();
  }

  /**
   * Starts a node: it joins the grid, and listens. It is not ready until {@link #awaitReady}.
   *
   * @throws IOException with a sentence for a human, for example that a port is in use
   */
  public static Node start(NodeConfig config) throws IOException {
    // Asked first, since Helidon says only in its log why it did not start.
    config.listen().requireFree("node.listen");
    config.admin().requireFree("node.admin");
    new Address(config.grid().host(), config.grid().port()).requireFree("grid.listen");
    prepareTokenizer(config.captions().model());
    SpeechRecognizer recognizer = GoogleRecognizer.connect(config.speech());
    Grid grid;
    try {
      grid = Grid.start(config.grid(), config.quota());
    } catch (IOException e) {
      recognizer.close();
      throw e;
    }
    OpenAi openAi = new OpenAiClient(config.openAi());
    GridQuota quota = grid.openQuota(config.dispatch());
    Metrics metrics = new Metrics(config.name());
    PipelineMetrics pipelines = new PipelineMetrics(metrics.registry());
    SessionWindows windows = grid.openWindows(pipelines);
    SessionEndpoint sessions =
        new SessionEndpoint(
            new SessionServices(
                grid.node(),
                config.sessions(),
                recognizer,
                openAi,
                quota.gate(),
                config.captions(),
                pipelines,
                new SessionMetrics(metrics.registry()),
                grid.sessions(config.sessions().resume(), config.sessions().transcript()),
                windows,
                config.standIns()));
    metrics.watch(sessions);
    new QuotaGauges(metrics.registry(), quota.meter(), quota::here, grid::totals);
    metrics.watch(Troubles.SPEECH, () -> recognizer.trouble().isPresent());
    metrics.watch(Troubles.LANGUAGE_MODEL, () -> openAi.trouble().isPresent());
    metrics.watch(quota.dispatch());
    Health health = new Health(grid::hasMajority);
    metrics.watch(health);
    Drain drain = new Drain(grid.node(), health, sessions, config.drain());
    NodeFigures figures =
        new NodeFigures(
            grid.node(),
            version(),
            () -> quota.dispatch().most(),
            health,
            sessions,
            pipelines,
            quota::here,
            () -> Troubles.now(recognizer, openAi, quota.dispatch()));
    Stats stats =
        new Stats(grid.node(), grid.clusterView(figures), quota.meter(), InstantSource.system());
    Watch adminWatch = new Watch();
    QuotaEndpoint limits = new QuotaEndpoint(quota.limits(), quota.meter());
    WebServer server = server(config, sessions, health, drain, metrics, stats, limits, adminWatch);
    Node node =
        new Node(
            config,
            grid,
            quota,
            recognizer,
            openAi,
            sessions,
            health,
            drain,
            metrics,
            server,
            adminWatch);
    server.start();
    if (!server.isRunning()) {
      node.close();
      throw new IOException(
          "cannot listen on %s and %s".formatted(config.listen(), config.admin()));
    }
    figures.listening(node.listening(), node.admin());
    return node;
  }

  /** Reads the vocabulary while the grid is joined, so that the first caption need not wait. */
  private static void prepareTokenizer(String model) {
    if (!Tokenizer.knows(model)) {
      log.warn(
          "openai.model: it is not known how {} counts tokens, so every byte of a prompt is reserved as"
              + " one, and requests take more than twice the tokens from the quota; if it is another"
              + " name of an OpenAI model, use that model's own",
          model);
    }
    Thread.startVirtualThread(() -> Tokenizer.of(model));
  }

  /**
   * Waits until more than half of the cluster's nodes see each other; then a balancer may send
   * clients.
   */
  public void awaitReady() throws InterruptedException {
    int majority = config.grid().majority();
    if (grid.size() < config.grid().size()) {
      log.info(
          "waiting up to {} s for all {} nodes, then for any {}",
          ALL_HERE_WITHIN.toSeconds(),
          config.grid().size(),
          majority);
    }
    // Nodes that start together become ready together, once the state is where it will stay.
    boolean all = grid.awaitSize(config.grid().size(), ALL_HERE_WITHIN);
    while (!grid.awaitSize(majority, CLUSTER_REMINDER)) {
      log.warn(
          "still waiting for {} nodes; here: {}. Start those, and see that they reach {} and that"
              + " grid.members is the same on all",
          majority,
          grid.attendance(),
          gridAddress());
    }
    grid.awaitSafe(ALL_HERE_WITHIN);
    if (!quota.awaitGranting(ALL_HERE_WITHIN)) {
      log.warn(
          "ready, but nothing is translated yet: the quota is {}",
          quota.meter().use().state().name().toLowerCase(Locale.ROOT));
    }
    health.ready();
    if (!all) {
      log.warn("ready, though not all nodes are here: {}", grid.attendance());
    }
  }

  /** The node's name in this life of its. */
  public String name() {
    return grid.node();
  }

  /** Where clients connect, as {@code host:port}. */
  public String listening() {
    return new Address(config.listen().host(), server.port()).toString();
  }

  /** Where operators connect, as {@code host:port}. */
  public String admin() {
    return new Address(config.admin().host(), server.port(ADMIN)).toString();
  }

  /** Where the other nodes connect, as {@code host:port}. */
  public String gridAddress() {
    return new Address(config.grid().host(), config.grid().port()).toString();
  }

  /**
   * How the node leaves the cluster. Once it has begun, whoever asked for it, sessions go
   * elsewhere, the node's part of the shared state goes to the others, and everything is released.
   */
  public Drain drain() {
    return drain;
  }

  /** Done once it has left; with an exception where a bug kept it from good order. */
  public CompletionStage<Void> left() {
    return left;
  }

  /** Leaves, and waits until it has left. */
  @Override
  public void close() {
    drain.begin();
    left.join();
  }

  private void leave() {
    try {
      drain.awaitGone();
    } catch (InterruptedException e) {
      // Nobody does; then what follows breaks the connections.
      Thread.currentThread().interrupt();
    }
    server.stop();
    awaitCommitted();
    sessions.close();
    log.info("draining: hands the node's part of the shared state over");
    adminWatch.close();
    recognizer.close();
    openAi.close();
    grid.leave();
    metrics.close();
    log.info("left");
  }

  /** The connections that were open to the last are broken; each is over once all is committed. */
  private void awaitCommitted() {
    long deadline = System.nanoTime() + LAST_COMMITS.toNanos();
    try {
      while (sessions.connections() > 0 && System.nanoTime() < deadline) {
        Thread.sleep(20);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The version of the jar that this class came in. */
  private static String version() {
    String version = Node.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }

  private static WebServer server(
      NodeConfig config,
      SessionEndpoint sessions,
      Health health,
      Drain drain,
      Metrics metrics,
      Stats stats,
      QuotaEndpoint limits,
      Watch adminWatch) {
    HttpRouting.Builder open = HttpRouting.builder();
    health.serveOn(open);
    new CaptionsPage().serveOn(open);
    HttpRouting.Builder restricted = HttpRouting.builder();
    metrics.serveOn(restricted);
    stats.serveOn(restricted);
    limits.serveOn(restricted);
    drain.serveOn(restricted);
    var builder =
        WebServer.builder()
            .shutdownHook(false)
            .host(config.listen().host())
            .port(config.listen().port())
            .routing(open);
    sessions.serveOn(builder, open, config.http());
    return builder
        .putSocket(
            ADMIN,
            admin -> {
              admin.host(config.admin().host()).port(config.admin().port()).routing(restricted);
              new Door(config.http(), new Lobby("admin", ADMIN_CONNECTIONS), adminWatch)
                  .serveOn(admin);
            })
        .build();
  }
}
