package io.dragoman.cluster;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.ExtendedMapEntry;
import io.dragoman.session.SessionAnswer;
import io.dragoman.session.SessionChange;
import io.dragoman.session.SessionChange.Outcome;
import io.dragoman.session.SessionRecord;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A change of a session's record, made where the grid keeps it, and on its copies: the change is a
 * function of the record, so they become the same. It throws nothing but what the grid has, which
 * brings no exception of ours back to who asked.
 *
 * @param copies of the entries of the process in which this is
 * @param resumableUntilMs until when the session may be resumed, unless it is changed again
 * @param keptS for how many seconds from now the record is kept, unless it is changed again
 * @param transcriptS for how many more it is where something was said, or the session has ended:
 *     nothing that was said is left anywhere when the mark of its end goes
 */
record SessionOperation(
    Copies copies, SessionChange change, long resumableUntilMs, int keptS, int transcriptS)
    implements EntryProcessor<String, SessionRecord, SessionAnswer> {

  @Override
  public SessionAnswer process(Map.Entry<String, SessionRecord> entry) {
    Outcome outcome = change.applyTo(held(entry));
    switch (outcome) {
      case Outcome.Unchanged _ -> {}
      case Outcome.Put(SessionRecord record, _) -> {
        copies.require(entry.getKey());
        ((ExtendedMapEntry<String, SessionRecord>) entry)
            .setValue(
                record.resumableUntil(resumableUntilMs),
                isKeptLonger(record) ? keptS + transcriptS : keptS,
                TimeUnit.SECONDS);
      }
    }
    return outcome.answer();
  }

  private static boolean isKeptLonger(SessionRecord record) {
    return record.hasEnded() || !record.events().isEmpty();
  }

  /** The grid gives null where there is none. */
  private static @Nullable SessionRecord held(Map.Entry<String, SessionRecord> entry) {
    return entry.getValue();
  }
}
