package io.dragoman.chaos.simulation;

import io.dragoman.quota.BinaryForm;
import io.dragoman.quota.Ledger;
import io.dragoman.quota.Refresh.Bond;
import io.dragoman.quota.Reply;
import java.util.HashMap;
import java.util.Map;

/** What becomes of the ledgers: their states, told in the story, and their size. */
final class LedgerWatch {
  private final Timeline time;
  private final Story story;
  private final Upstream upstream;
  private final Map<Bond, Reply.State> states = new HashMap<>();
  private int quarantines;
  private long lastQuarantine;
  private int bytes;
  private long lastSized = -Timeline.SECOND;
  private long lastTold;

  LedgerWatch(Timeline time, Story story, Upstream upstream) {
    this.time = time;
    this.story = story;
    this.upstream = upstream;
  }

  /** An owner has answered a refresh. */
  void answered(Machine owner, Ledger ledger, Reply reply) {
    if (time.now() - lastSized >= Timeline.SECOND) {
      lastSized = time.now();
      bytes = Math.max(bytes, BinaryForm.LEDGER.write(ledger).length);
    }
    Reply.State state = reply.status().state();
    Bond seen = reply.stamp().bond();
    if (states.put(seen, state) != state) {
      if (state == Reply.State.QUARANTINE && seen.epoch() > lastQuarantine) {
        lastQuarantine = seen.epoch();
        quarantines++;
      }
      tell(owner, seen, reply.status());
    }
    if (story.isTold() && time.now() - lastTold >= Timeline.SECOND) {
      lastTold = time.now();
      story.tell(
          "  epoch %d: booked %s; the upstream counts %s",
          ledger.epoch(), ledger.booked(), upstream.counted(time.now()));
    }
  }

  private void tell(Machine owner, Bond seen, Reply.Status status) {
    story.tell(
        "node %d, epoch %d: %s, with %d votes of %d needed%s",
        owner.node(),
        seen.epoch(),
        status.state(),
        status.votes(),
        status.majority(),
        status.remaining() > 0
            ? ", for %.1f s".formatted((double) status.remaining() / Timeline.SECOND)
            : "");
  }

  /** The largest that a ledger was, encoded. */
  int bytes() {
    return bytes;
  }

  /** How many ledgers held something back. */
  int quarantines() {
    return quarantines;
  }
}
