package io.dragoman.client;

import io.dragoman.protocol.CloseCode;
import io.dragoman.protocol.ServerMessage;
import org.jspecify.annotations.Nullable;

/** How a connection ended. */
public sealed interface Ending {

  /** A sentence for people. */
  String describe();

  /** Whether the session ran to its regular end. */
  default boolean regular() {
    return this instanceof Closed closed && closed.code() == CloseCode.ENDED.code();
  }

  /**
   * The node closed it.
   *
   * @param code one of {@link CloseCode}'s, or of RFC 6455's
   * @param error the last error that the node sent, which says why; null where it sent none
   */
  record Closed(int code, String reason, ServerMessage.@Nullable Failure error) implements Ending {
    @Override
    public String describe() {
      String why = error != null ? error.message() : reason;
      return "the node closed the session with " + code + (why.isEmpty() ? "" : ": " + why);
    }
  }

  /** It broke, or was given up here. */
  record Broken(String sentence) implements Ending {
    @Override
    public String describe() {
      return sentence;
    }
  }
}
