package io.dragoman.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpeechConfigTest {

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:5000", "127.3.2.1:1", "localhost:65535", "[::1]:5000"})
  void speaksPlaintextOnThisMachine(String endpoint) {
    assertEquals(endpoint, SpeechConfig.loopback(endpoint).address());
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1:5000", "speech.example:443", "0.0.0.0:5000", "[::2]:5000"})
  void refusesPlaintextToAnotherMachine(String endpoint) {
    var refusal =
        assertThrows(IllegalArgumentException.class, () -> SpeechConfig.loopback(endpoint));
    String sentence = String.valueOf(refusal.getMessage());
    assertTrue(sentence.contains("plaintext") && sentence.contains(endpoint), sentence);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://127.0.0.1:5000", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:70000"})
  void refusesWhatIsNoHostAndPort(String endpoint) {
    assertThrows(IllegalArgumentException.class, () -> SpeechConfig.loopback(endpoint));
  }

  @Test
  void goesToGoogleByDefault() {
    SpeechConfig config = SpeechConfig.google("acme");
    assertEquals("speech.googleapis.com:443", config.address());
    assertEquals("projects/acme/locations/global/recognizers/_", config.recognizerPath());
    assertThrows(IllegalArgumentException.class, () -> SpeechConfig.google(" "));
    assertThrows(IllegalArgumentException.class, () -> SpeechConfig.google("a/b"));
  }

  @Test
  void takesWhatCanBeSet() {
    Duration buffer = Duration.ofSeconds(60);
    SpeechConfig config = SpeechConfig.google("acme").with("us-central1", "chirp_2", 7, buffer);
    assertEquals("us-central1-speech.googleapis.com:443", config.address());
    assertEquals("chirp_2", config.model());
    assertEquals(7, config.maxStreams());
    assertEquals(buffer, config.buffer());
  }

  @Test
  void namesTheKeyOfWhatCannotBe() {
    SpeechConfig config = SpeechConfig.google("acme");
    var buffer =
        assertThrows(
            IllegalArgumentException.class,
            () -> config.with("global", "long", 300, Duration.ofMillis(1_500)));
    assertEquals("speech.buffer_s: 1.5 s is not in 2 to 300 s", buffer.getMessage());
    var streams =
        assertThrows(
            IllegalArgumentException.class,
            () -> config.with("global", "long", 0, config.buffer()));
    assertEquals("speech.max_streams: 0 is not at least 1", streams.getMessage());
  }
}
