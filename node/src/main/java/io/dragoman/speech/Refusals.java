package io.dragoman.speech;

import com.google.api.gax.rpc.StatusCode.Code;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an operator what to do about a service that refuses this node, once for each kind of
 * refusal: every session meets it. Thread-safe.
 */
final class Refusals {
  private static final Logger log = LoggerFactory.getLogger(Refusals.class);

  /** Guarded by this. */
  private final Set<Code> told = EnumSet.noneOf(Code.class);

  /** A stream ended since waiting would not have helped. */
  synchronized void tell(Code code, String message) {
    String advice =
        switch (code) {
          case UNAUTHENTICATED ->
              "check that GOOGLE_APPLICATION_CREDENTIALS names the key file of a service account"
                  + " that still exists, and that this machine's clock is right";
          case PERMISSION_DENIED ->
              "enable Speech-to-Text in the project (speech.project), and let the service account"
                  + " use it (role Cloud Speech Client)";
          case INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION, UNIMPLEMENTED ->
              "check speech.model, speech.location and the languages that clients ask for";
          default -> "";
        };
    if (!advice.isEmpty() && told.add(code)) {
      log.error("Google Speech refuses this node's requests: {} ({}): {}", code, message, advice);
    }
  }
}
