package io.dragoman.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.protocol.Codec;
import io.dragoman.protocol.PublishedSchema;
import io.dragoman.protocol.ServerMessage;
import io.dragoman.quota.Amount;
import io.dragoman.quota.Delay;
import io.dragoman.quota.Delay.Bound;
import io.dragoman.quota.Delay.Cause;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What clients are told of finals that wait. */
class WaitingTest {

  @Test
  void whateverAFinalWaitsForHasAWordThatIsPublishedAndASentenceOnThePage() throws Exception {
    String words = Files.readString(Path.of("src/main/web/words.js"));
    for (String reason : reasons()) {
      String status = Codec.encode(new ServerMessage.Status("waiting", reason, null, null));
      assertEquals(List.of(), PublishedSchema.SERVER.broken(status), status);
      assertTrue(
          words.contains("'" + reason + "': '") || words.contains(" " + reason + ": '"), reason);
    }
  }

  @Test
  void operatorsFindEveryCauseAndWhatClientsAreTold() throws Exception {
    String operating = Files.readString(Path.of("../docs/operating.md"));
    String protocol = Files.readString(Path.of("../docs/protocol.md"));
    for (Cause cause : Cause.values()) {
      String row = "\n| `" + cause.name().toLowerCase(Locale.ROOT) + "` | ";
      assertTrue(operating.contains(row), row);
    }
    for (String reason : reasons()) {
      assertTrue(operating.contains("`" + reason + "`"), reason);
      assertTrue(protocol.contains("`" + reason + "`"), reason);
    }
  }

  private static Set<String> reasons() {
    return Stream.of(Cause.values())
        .flatMap(cause -> Arrays.stream(Bound.values()).map(bound -> reason(cause, bound)))
        .collect(Collectors.toSet());
  }

  private static String reason(Cause cause, Bound bound) {
    return Waiting.reason(new Delay(cause, bound, Amount.ZERO, 0));
  }
}
