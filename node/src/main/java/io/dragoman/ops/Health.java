package io.dragoman.ops;

import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerResponse;
import java.util.function.BooleanSupplier;

/** Whether a node lives, and whether it may be sent new clients. Thread-safe. */
public final class Health {

  private final BooleanSupplier majority;

  // Guarded by this.
  private Readiness readiness = Readiness.STARTING;

  /**
   * @param majority whether more than half of the cluster's nodes are here
   */
  public Health(BooleanSupplier majority) {
    this.majority = majority;
  }

  /** The node may serve; without effect once it drains. */
  public synchronized void ready() {
    if (readiness == Readiness.STARTING) {
      readiness = Readiness.READY;
    }
  }

  /** The node leaves. */
  public synchronized void draining() {
    readiness = Readiness.DRAINING;
  }

  /** Adds {@code /health/live} and {@code /health/ready}. */
  public void serveOn(HttpRouting.Builder routing) {
    routing
        .get("/health/live", (request, response) -> response.send("live\n"))
        .get("/health/ready", (request, response) -> answer(response));
  }

  private void answer(ServerResponse response) {
    switch (now()) {
      case STARTING -> response.status(Status.SERVICE_UNAVAILABLE_503).send("starting\n");
      case READY -> response.send("ready\n");
      case CUT_OFF ->
          response
              .status(Status.SERVICE_UNAVAILABLE_503)
              .send("cut off: fewer than a majority of the nodes are here\n");
      case DRAINING -> response.status(Status.NOT_FOUND_404).send("draining\n");
    }
  }

  synchronized Readiness now() {
    return readiness == Readiness.READY && !majority.getAsBoolean() ? Readiness.CUT_OFF : readiness;
  }
}
