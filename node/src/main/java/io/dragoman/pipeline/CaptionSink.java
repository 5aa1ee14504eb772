package io.dragoman.pipeline;

import io.dragoman.quota.Load;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Takes what a pipeline makes. Called from several threads at once; each call returns soon. */
public interface CaptionSink {

  /** A newer partial of the same segment, role and language replaces this one. */
  void partial(Caption.Partial caption);

  /**
   * The source caption of a segment. Comes exactly once for it, in the order of segments.
   *
   * @param settled the sample before which finals or silence now cover everything
   */
  void said(Caption.Final source, long settled);

  /** A caption of what was said. Comes exactly once for a segment, role and language, in order. */
  void finished(Caption.Final caption);

  /**
   * A final waits, or now for another reason.
   *
   * @param reason one word for the client
   * @param share what the session may use in a minute, where it waits for that; else null
   * @param about how long it may still take; zero where nobody can tell
   */
  void waiting(String reason, @Nullable Load share, Duration about);

  /** No final waits any more. */
  void flowing();

  /**
   * A final could not be made; what comes in its place is what was said, or nothing. {@code reason}
   * holds nobody's words.
   */
  void failed(Caption.Role role, String language, String reason);

  /**
   * The language model refuses this node, which waiting does not change, and no caption of this
   * role and language is made any more. {@code code} is its word for it.
   */
  void refused(String code);

  /** The pipeline met a bug of its own, and makes nothing more. */
  void broken(RuntimeException bug);
}
