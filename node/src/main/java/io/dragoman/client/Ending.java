package io.dragoman.client;

import io.dragoman.protocol.CloseCode;
import io.dragoman.protocol.ErrorCode;
import io.dragoman.protocol.ServerMessage;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a connection, or a session, ended. */
public sealed interface Ending {

  /**
   * What ends a connection and not the session. An earlier attempt of this client may come late.
   */
  Set<ErrorCode> RESUMABLE =
      Set.of(ErrorCode.TAKEN_OVER, ErrorCode.FULL, ErrorCode.UNAVAILABLE, ErrorCode.INTERNAL);

  /** A sentence for people. */
  String describe();

  /** Whether the session can go on in another connection. */
  default boolean resumable() {
    return switch (this) {
      case Closed(int code, String _, ServerMessage.Failure error) ->
          error == null ? code != CloseCode.ENDED.code() : RESUMABLE.contains(error.code());
      case Broken _ -> true;
      case GivenUp _ -> false;
    };
  }

  /** Whether its node met a bug. */
  default boolean bug() {
    return this instanceof Closed closed
        && closed.error() != null
        && closed.error().code() == ErrorCode.INTERNAL;
  }

  /** Whether the session ran to its regular end. */
  default boolean regular() {
    return this instanceof Closed closed && closed.code() == CloseCode.ENDED.code();
  }

  /**
   * The node closed it.
   *
   * @param code one of {@link CloseCode}'s, or of RFC 6455's
   * @param error the fatal one that came before it and says why; null where none did
   */
  record Closed(int code, String reason, ServerMessage.@Nullable Failure error) implements Ending {
    @Override
    public String describe() {
      // Of a close after an error the code may be lost, and tells nothing more.
      return error != null
          ? "the node ended the session: " + error.message()
          : "the node closed the session with " + code + (reason.isEmpty() ? "" : ": " + reason);
    }

    /** When the node may be asked again. */
    Duration retryAfter() {
      Long millis = error == null ? null : error.retryAfterMs();
      return millis == null ? Duration.ZERO : Duration.ofMillis(millis);
    }
  }

  /** The network or the node let it down. */
  record Broken(String sentence) implements Ending {
    @Override
    public String describe() {
      return sentence;
    }
  }

  /** This client has no use for it any more. */
  record GivenUp(String sentence) implements Ending {
    @Override
    public String describe() {
      return sentence;
    }
  }
}
