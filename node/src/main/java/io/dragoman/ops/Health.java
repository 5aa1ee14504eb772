package io.dragoman.ops;

import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerResponse;

/** Whether a node lives, and whether it may be sent new clients. Thread-safe. */
public final class Health {

  // Guarded by this.
  private Readiness readiness = Readiness.STARTING;

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
      case DRAINING -> response.status(Status.NOT_FOUND_404).send("draining\n");
    }
  }

  synchronized Readiness now() {
    return readiness;
  }
}
