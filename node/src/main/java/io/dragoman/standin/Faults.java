package io.dragoman.standin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dragoman.standin.FaultKind.Parameter;
import io.dragoman.standin.FaultKind.Service;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The faults that are set, of both stand-ins: one of each kind at most. A call meets the first of
 * its service that strikes it. Thread-safe.
 */
public final class Faults {
  /** Those that are set, in the order in which they were. Guarded by this. */
  private final Map<FaultKind, ActiveFault> active = new LinkedHashMap<>();

  /** What calls met before, by faults that are gone. Guarded by this. */
  private long struckBefore;

  private final List<Consumer<ActiveFault>> listeners = new CopyOnWriteArrayList<>();

  /** Sets a fault, in place of one of the same kind. */
  public void set(Fault fault) {
    ActiveFault next = new ActiveFault(fault);
    synchronized (this) {
      forget(active.remove(fault.kind()));
      active.put(fault.kind(), next);
    }
    listeners.forEach(listener -> listener.accept(next));
  }

  /** Lifts all. */
  public synchronized void clear() {
    active.values().forEach(this::forget);
    active.clear();
  }

  /** Is told of each fault that is set from now on. */
  void whenSet(Consumer<ActiveFault> listener) {
    listeners.add(listener);
  }

  /** What the next call to a service meets. */
  synchronized Optional<ActiveFault> meet(Service service) {
    return active.values().stream()
        .filter(each -> each.fault().kind().service() == service)
        .filter(ActiveFault::strikes)
        .findFirst();
  }

  /** How many calls have met a fault so far. */
  public synchronized long struck() {
    return struckBefore + active.values().stream().mapToLong(ActiveFault::struck).sum();
  }

  /** What is set, and what can be. */
  synchronized ObjectNode toJson() {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    ArrayNode set = document.putArray("faults");
    active.values().stream().filter(each -> !each.isOver()).forEach(each -> set.add(each.toJson()));
    ArrayNode known = document.putArray("known");
    for (FaultKind kind : FaultKind.values()) {
      ObjectNode entry =
          known.addObject().put("name", kind.wireName()).put("effect", kind.effect());
      Parameter own = kind.parameter();
      if (own != null) {
        entry.put(
            own.name(), "%d..%d, by default %d".formatted(own.least(), own.most(), own.preset()));
      }
    }
    return document;
  }

  private void forget(@Nullable ActiveFault gone) {
    if (gone != null) {
      gone.lift();
      struckBefore += gone.struck();
    }
  }
}
