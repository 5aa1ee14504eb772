package io.dragoman.pipeline;

import static io.dragoman.pipeline.UpstreamTestBed.SENTENCES;
import static org.awaitility.Awaitility.await;

import io.dragoman.pipeline.UpstreamTestBed.Session;
import io.dragoman.session.Leftovers;
import io.dragoman.standin.Fault;
import io.dragoman.standin.FaultKind;
import io.dragoman.standin.Faults;
import io.dragoman.standin.Sentence;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is left of faults of the language model when they are over: nothing. */
@Timeout(180)
class UpstreamLeftoversTest {
  private static final long HEAP_SLACK = 2_000_000;

  private final UpstreamTestBed bed = new UpstreamTestBed();
  private final Faults faults = bed.faults;

  @AfterEach
  void close() {
    bed.close();
  }

  @Test
  void aFaultLeavesNothingBehind() throws Exception {
    leavesNothingBehind(List.of(Fault.of(FaultKind.RESET)));
  }

  @Tag("acceptance")
  @Test
  void noFaultLeavesAnythingBehind() throws Exception {
    leavesNothingBehind(
        List.of(
            Fault.of(FaultKind.RATE_LIMIT).withParameter(300),
            Fault.of(FaultKind.SERVER_ERROR).withParameter(503),
            Fault.of(FaultKind.HANG),
            Fault.of(FaultKind.SLOW_START).withParameter(900),
            Fault.of(FaultKind.TRICKLE).withParameter(80),
            Fault.of(FaultKind.RESET).withParameter(2),
            Fault.of(FaultKind.CUT).withParameter(2),
            Fault.of(FaultKind.FILTERED),
            Fault.of(FaultKind.TRUNCATED),
            Fault.of(FaultKind.NO_QUOTA)));
  }

  /** After each fault the process holds what it held before: threads, descriptors and heap. */
  private void leavesNothingBehind(List<Fault> all) throws Exception {
    // What a fault loads and opens for the first time is not given back.
    for (Fault fault : all) {
      speakThrough(fault);
    }
    Leftovers before = Leftovers.now();
    for (Fault fault : all) {
      speakThrough(fault);
      AtomicReference<Leftovers> after = new AtomicReference<>(before);
      await()
          .until(
              () -> {
                Leftovers now = Leftovers.now();
                after.set(now);
                return now.isBackAt(before, HEAP_SLACK);
              });
      System.out.printf("after %s: %s became %s%n", fault.kind(), before, after.get());
    }
  }

  /** Says all sentences; all but the first while the language model fails. */
  private void speakThrough(Fault fault) throws Exception {
    Session session = bed.new Session(true);
    session.say(SENTENCES.getFirst());
    session.awaitFinals(1);
    long before = faults.struck();
    faults.set(fault.withCount(4));
    for (Sentence sentence : SENTENCES.subList(1, SENTENCES.size())) {
      session.say(sentence);
    }
    await().until(() -> faults.struck() >= before + 2);
    faults.clear();
    session.finish();
    session.close();
    bed.assertEverythingIsBack();
  }
}
