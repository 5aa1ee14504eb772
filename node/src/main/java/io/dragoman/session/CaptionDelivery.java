package io.dragoman.session;

import io.dragoman.pipeline.Caption;
import io.dragoman.pipeline.CaptionSink;
import io.dragoman.protocol.ErrorCode;
import io.dragoman.protocol.ServerMessage;
import io.dragoman.quota.Load;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings what a session's pipeline makes to its client, through the {@link Journal}. */
record CaptionDelivery(String sid, CaptionWording wording, Journal journal, End end)
    implements CaptionSink {
  private static final Logger log = LoggerFactory.getLogger(CaptionDelivery.class);

  /** How the session is ended when the pipeline cannot go on. */
  interface End {
    void because(ErrorCode code, String message);
  }

  @Override
  public void partial(Caption.Partial caption) {
    journal.say(wording.partial(caption));
  }

  @Override
  public void said(Caption.Final source, long settled) {
    journal.said(source, settled);
  }

  @Override
  public void finished(Caption.Final caption) {
    journal.finished(caption);
  }

  @Override
  public void waiting(String reason, @Nullable Load share, Duration about) {
    long ms = about.toMillis();
    journal.say(
        new ServerMessage.Status(
            "waiting",
            reason,
            share == null ? null : new ServerMessage.Share(share.requests(), share.tokens()),
            ms == 0 ? null : ms));
  }

  @Override
  public void flowing() {
    journal.say(new ServerMessage.Status("flowing", null, null, null));
  }

  @Override
  public void failed(Caption.Role role, String language, String reason) {
    log.warn("session {}: a final could not be made for {} {}: {}", sid, role, language, reason);
    journal.say(
        new ServerMessage.Failure(
            ErrorCode.LANGUAGE_MODEL_UNAVAILABLE,
            false,
            true,
            null,
            null,
            "A sentence could not be "
                + (role == Caption.Role.CORRECTED ? "corrected." : "translated.")));
  }

  @Override
  public void refused(String code) {
    log.warn("session {} ends: the language model refuses this node: {}", sid, code);
    end.because(
        ErrorCode.LANGUAGE_MODEL_UNAVAILABLE,
        "The language model refuses this server; its operator has to act. Without targets and"
            + " corrections a session still has captions of what is said.");
  }

  @Override
  public void broken(RuntimeException bug) {
    log.error("session {} met a bug", sid, bug);
    end.because(ErrorCode.INTERNAL, Session.BUG);
  }
}
