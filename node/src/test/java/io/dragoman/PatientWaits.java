package io.dragoman;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives every test that waits for a condition a minute for it: what takes a tenth of a second takes
 * many of them on a machine that is busy with other things, and a wait that succeeds costs no more.
 */
public final class PatientWaits implements Extension, BeforeAllCallback {

  @Override
  public void beforeAll(ExtensionContext context) {
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
  }
}
