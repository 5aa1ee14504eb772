package io.dragoman.pipeline;

import io.dragoman.quota.Amount;
import io.dragoman.quota.Delay;
import io.dragoman.quota.Evidence;
import io.dragoman.quota.Permit;
import io.dragoman.quota.QuotaGate;
import io.dragoman.quota.QuotaRequest;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.quota.RecentUse;
import io.dragoman.quota.SessionQuota;
import io.dragoman.quota.Turn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A gate that is open or shut, for each priority; while it is shut requests wait in line. */
public final class FakeGate implements QuotaGate {
  /** Finals first, those that are due sooner before the others. */
  private static final Comparator<Line> ORDER =
      Comparator.comparing((Line turn) -> turn.request.priority()).thenComparing(turn -> turn.due);

  /** Whether sessions meet a bug. */
  public volatile boolean broken;

  final AtomicInteger granted = new AtomicInteger();
  final AtomicInteger arrived = new AtomicInteger();
  final AtomicInteger unspent = new AtomicInteger();

  /** Turns that were given up in line. */
  final AtomicInteger withdrawn = new AtomicInteger();

  /** Sessions that may ask. */
  public final AtomicInteger sessions = new AtomicInteger();

  /** Permits that are not closed. */
  final AtomicInteger held = new AtomicInteger();

  final AtomicLong used = new AtomicLong();
  final List<QuotaRequest> asked = new CopyOnWriteArrayList<>();
  final List<Evidence> observed = new CopyOnWriteArrayList<>();

  /** What sessions brought along. */
  public final List<RecentUse> brought = new CopyOnWriteArrayList<>();

  // Guarded by this.
  private final Set<Priority> shut = EnumSet.noneOf(Priority.class);
  private final List<Line> line = new ArrayList<>();
  private Delay delay = new Delay(Delay.Cause.SHARE, Delay.Bound.REQUESTS, Amount.ZERO, 0);
  private long lateBy;

  public synchronized void shut(Priority priority) {
    shut.add(priority);
  }

  public synchronized void open(Priority priority) {
    shut.remove(priority);
    serve();
  }

  /** Grants the first so many that wait, though the gate stays shut. */
  synchronized void pass(int requests) {
    line.sort(ORDER);
    List.copyOf(line).stream().limit(requests).forEach(this::grant);
  }

  /** Why whoever waits is told to. */
  public synchronized void say(Delay.Cause cause, Delay.Bound bound, Duration remaining) {
    Amount share = cause == Delay.Cause.SHARE ? Amount.of(44, 15_250) : Amount.ZERO;
    delay = new Delay(cause, bound, share, remaining.toNanos());
  }

  /** Makes permits as old as that when they are handed over. */
  synchronized void late(Duration by) {
    lateBy = by.toNanos();
  }

  /** Whether no session is here, nothing waits, and every permit is closed. */
  public synchronized boolean isEmpty() {
    return sessions.get() == 0 && line.isEmpty() && held.get() == 0;
  }

  /** How many requests wait. */
  synchronized int waiting() {
    return line.size();
  }

  @Override
  public SessionQuota open(int weight) {
    if (broken) {
      throw new IllegalStateException("a secret of the node");
    }
    sessions.incrementAndGet();
    return new Place();
  }

  private void serve() {
    line.sort(ORDER);
    List.copyOf(line).stream()
        .filter(turn -> !shut.contains(turn.request.priority()))
        .forEach(this::grant);
  }

  private void grant(Line turn) {
    turn.end(new Turn.Answer.Granted(new Leave(System.nanoTime() - lateBy)));
  }

  private final class Place implements SessionQuota {
    private boolean closed;

    @Override
    public Turn ask(QuotaRequest request) {
      synchronized (FakeGate.this) {
        asked.add(request);
        Line turn = new Line(this, request);
        if (closed) {
          turn.answer = new Turn.Answer.Over();
        } else {
          line.add(turn);
          serve();
        }
        return turn;
      }
    }

    @Override
    public void brought(RecentUse use) {
      brought.add(use);
    }

    @Override
    public @Nullable Delay why() {
      synchronized (FakeGate.this) {
        return line.stream().anyMatch(turn -> turn.place == this) ? delay : null;
      }
    }

    @Override
    public void close() {
      synchronized (FakeGate.this) {
        if (!closed) {
          closed = true;
          sessions.decrementAndGet();
          List.copyOf(line).stream().filter(turn -> turn.place == this).forEach(Line::withdraw);
        }
      }
    }
  }

  private final class Line implements Turn {
    private final Place place;
    private final QuotaRequest request;
    private final long due;
    private @Nullable Answer answer;
    private boolean handedOver;

    Line(Place place, QuotaRequest request) {
      this.place = place;
      this.request = request;
      this.due = System.nanoTime() + request.within().toNanos();
    }

    private void end(Answer end) {
      line.remove(this);
      answer = end;
      FakeGate.this.notifyAll();
    }

    @Override
    public Answer await(Duration atMost) throws InterruptedException {
      synchronized (FakeGate.this) {
        boolean partial = request.priority() == Priority.PARTIAL;
        long until = System.nanoTime() + atMost.toNanos();
        for (long now = System.nanoTime(); answer == null && now < until; now = System.nanoTime()) {
          if (partial && now >= due) {
            end(new Answer.Over());
          } else {
            long left = partial ? Math.min(until, due) - now : until - now;
            TimeUnit.NANOSECONDS.timedWait(FakeGate.this, Math.max(left, 1_000_000));
          }
        }
        if (answer == null) {
          return new Answer.Waiting();
        }
        if (answer instanceof Answer.Granted && !handedOver) {
          granted.incrementAndGet();
        }
        handedOver = true;
        return answer;
      }
    }

    @Override
    public Delay why() {
      synchronized (FakeGate.this) {
        return delay;
      }
    }

    @Override
    public void withdraw() {
      synchronized (FakeGate.this) {
        if (answer instanceof Answer.Granted(Permit permit) && !handedOver) {
          permit.close();
          answer = new Answer.Over();
        } else if (answer == null) {
          withdrawn.incrementAndGet();
          end(new Answer.Over());
        }
      }
    }
  }

  private final class Leave implements Permit {
    private final long since;
    private boolean closed;

    Leave(long since) {
      this.since = since;
      held.incrementAndGet();
    }

    @Override
    public long since() {
      return since;
    }

    @Override
    public void arrived() {
      arrived.incrementAndGet();
    }

    @Override
    public void completed(long tokens) {
      used.addAndGet(tokens);
    }

    @Override
    public void observed(Evidence evidence) {
      observed.add(evidence);
    }

    @Override
    public void unspent() {
      unspent.incrementAndGet();
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        held.decrementAndGet();
      }
    }
  }
}
