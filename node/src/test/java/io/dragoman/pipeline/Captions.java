package io.dragoman.pipeline;

import io.dragoman.pipeline.Caption.Role;
import io.dragoman.quota.Load;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Keeps what a pipeline makes. */
final class Captions implements CaptionSink {
  final List<Caption.Partial> partials = new CopyOnWriteArrayList<>();
  final List<Caption.Final> finals = new CopyOnWriteArrayList<>();
  final List<String> failures = new CopyOnWriteArrayList<>();

  /** Whether to throw, as a bug would, where a final waits. */
  volatile boolean broken;

  /** What finals wait for and for how many milliseconds, or that they flow. */
  final List<String> statuses = new CopyOnWriteArrayList<>();

  List<String> finals(Role role) {
    return finals.stream().filter(c -> c.role() == role).map(Caption.Final::text).toList();
  }

  List<Caption.Partial> partials(Role role) {
    return partials.stream().filter(c -> c.role() == role).toList();
  }

  @Override
  public void partial(Caption.Partial caption) {
    partials.add(caption);
  }

  @Override
  public void said(Caption.Final source, long settled) {
    finals.add(source);
  }

  @Override
  public void finished(Caption.Final caption) {
    finals.add(caption);
  }

  @Override
  public void waiting(String reason, @Nullable Load share, Duration about) {
    if (broken) {
      throw new IllegalStateException("a bug");
    }
    statuses.add(reason + " " + about.toMillis());
  }

  @Override
  public void flowing() {
    statuses.add("flowing");
  }

  @Override
  public void failed(Role role, String language, String reason) {
    failures.add(role + " " + reason);
  }

  @Override
  public void refused(String code) {
    failures.add(code);
  }

  @Override
  public void broken(RuntimeException bug) {
    failures.add("bug");
  }
}
