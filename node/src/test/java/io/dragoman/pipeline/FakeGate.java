package io.dragoman.pipeline;

import io.dragoman.quota.Decision;
import io.dragoman.quota.Permit;
import io.dragoman.quota.QuotaGate;
import io.dragoman.quota.QuotaRequest;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A gate that is open or shut, for each priority. */
final class FakeGate implements QuotaGate {
  final AtomicInteger granted = new AtomicInteger();
  final List<Integer> reserved = new CopyOnWriteArrayList<>();
  final AtomicInteger arrived = new AtomicInteger();
  final AtomicInteger unspent = new AtomicInteger();
  private final Set<QuotaRequest.Priority> shut = EnumSet.noneOf(QuotaRequest.Priority.class);

  synchronized void shut(QuotaRequest.Priority priority) {
    shut.add(priority);
  }

  synchronized void open(QuotaRequest.Priority priority) {
    shut.remove(priority);
  }

  @Override
  public synchronized Decision ask(QuotaRequest request) {
    if (shut.contains(request.priority())) {
      return new Decision.Wait(Duration.ofMillis(5), Decision.Bound.REQUESTS);
    }
    granted.incrementAndGet();
    reserved.add(request.tokens());
    return new Decision.Granted(
        new Permit() {
          @Override
          public void arrived() {
            arrived.incrementAndGet();
          }

          @Override
          public void unspent() {
            unspent.incrementAndGet();
          }
        });
  }
}
