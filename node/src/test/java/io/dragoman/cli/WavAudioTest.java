package io.dragoman.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WavAudioTest {
  private static final int AMPLITUDE = 10_000;

  private final Path folder;

  WavAudioTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void audioInTheRightFormComesThroughBitByBit() throws Exception {
    byte[] pcm = tone(440, 24_000, 1, 24_000);

    assertArrayEquals(pcm, readAll(wav(pcm, 24_000, 1)));
  }

  @ParameterizedTest
  @CsvSource({"8000,1", "16000,1", "22050,2", "44100,2", "48000,1", "48000,2"})
  void otherRatesAndChannelsAreConverted(int rate, int channels) throws Exception {
    byte[] converted = readAll(wav(tone(440, rate, channels, 2 * rate), rate, channels));

    assertEquals(2 * 48_000, converted.length, 200, "bytes of two seconds");
    assertEquals(AMPLITUDE, amplitude(converted, 440), AMPLITUDE * 0.02);
  }

  @Test
  void whatTheTargetCannotHoldDoesNotAlias() throws Exception {
    byte[] converted = readAll(wav(tone(15_000, 48_000, 1, 96_000), 48_000, 1));

    assertEquals(0, amplitude(converted, 24_000 - 15_000), AMPLITUDE * 0.01);
  }

  @Test
  void eightBitsAreRefusedInASentence() throws Exception {
    Path file = folder.resolve("eight.wav");
    AudioFormat format =
        new AudioFormat(AudioFormat.Encoding.PCM_UNSIGNED, 8_000, 8, 1, 1, 8_000, false);
    write(new byte[8_000], format, file);

    assertTrue(refusal(file).contains("16-bit PCM is needed"), refusal(file));
  }

  @ParameterizedTest
  @CsvSource({"0,24000", "65535,24000", "1,0"})
  void anImpossibleHeaderIsRefusedInASentence(int channels, int rate) throws Exception {
    Path file = Files.write(folder.resolve("absurd.wav"), extensibleWav(channels, rate));

    assertEquals(file + " cannot be read: its header has an impossible format.", refusal(file));
  }

  /** A header with the extension, which the JDK reads without checking it, and some silence. */
  private static byte[] extensibleWav(int channels, int rate) {
    return ByteBuffer.allocate(200)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put("RIFF".getBytes(StandardCharsets.US_ASCII))
        .putInt(192)
        .put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII))
        .putInt(40)
        .putShort((short) 0xFFFE)
        .putShort((short) channels)
        .putInt(rate)
        .putInt(2 * rate * channels)
        .putShort((short) (2 * channels))
        .putShort((short) 16)
        .putShort((short) 22)
        .putShort((short) 16)
        .putInt(0)
        .put(HexFormat.of().parseHex("0100000000001000800000aa00389b71"))
        .put("data".getBytes(StandardCharsets.US_ASCII))
        .putInt(132)
        .array();
  }

  @Test
  void aFileThatIsNoneIsRefusedInASentence() throws Exception {
    Path text = Files.writeString(folder.resolve("text.wav"), "hello");

    assertEquals(text + " is not a WAV file.", refusal(text));
    assertEquals(folder + " is a directory, not a WAV file.", refusal(folder));
    Path missing = folder.resolve("missing.wav");
    assertEquals("There is no file " + missing + ".", refusal(missing));
  }

  private static String refusal(Path file) {
    CommandException e = assertThrows(CommandException.class, () -> WavAudio.open(file));
    assertEquals(ExitCode.UNAVAILABLE, e.exitCode());
    return e.getMessage();
  }

  private Path wav(byte[] pcm, int rate, int channels) throws IOException {
    Path file = folder.resolve("tone.wav");
    write(pcm, new AudioFormat(rate, 16, channels, true, false), file);
    return file;
  }

  private static void write(byte[] pcm, AudioFormat format, Path file) throws IOException {
    AudioInputStream audio =
        new AudioInputStream(
            new ByteArrayInputStream(pcm), format, pcm.length / format.getFrameSize());
    AudioSystem.write(audio, AudioFileFormat.Type.WAVE, file.toFile());
  }

  private static byte[] readAll(Path file) throws Exception {
    ByteBuffer all = ByteBuffer.allocate(1 << 20);
    try (WavAudio audio = WavAudio.open(file)) {
      byte[] pcm = audio.read(1_200);
      while (pcm.length > 0) {
        all.put(pcm);
        pcm = audio.read(1_200);
      }
    }
    byte[] read = new byte[all.flip().remaining()];
    all.get(read);
    return read;
  }

  private static byte[] tone(double hertz, int rate, int channels, int frames) {
    ByteBuffer pcm = ByteBuffer.allocate(frames * channels * 2).order(ByteOrder.LITTLE_ENDIAN);
    for (int frame = 0; frame < frames; frame++) {
      short sample = (short) (AMPLITUDE * Math.sin(2 * Math.PI * hertz * frame / rate));
      for (int channel = 0; channel < channels; channel++) {
        pcm.putShort(sample);
      }
    }
    return pcm.array();
  }

  /** How loud one frequency is, the edges left out. */
  private static double amplitude(byte[] pcm, double hertz) {
    ShortBuffer samples = ByteBuffer.wrap(pcm).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
    double real = 0;
    double imaginary = 0;
    int edge = 2_400;
    for (int i = edge; i < samples.limit() - edge; i++) {
      double angle = 2 * Math.PI * hertz * i / WavAudio.SAMPLE_RATE;
      real += samples.get(i) * Math.cos(angle);
      imaginary += samples.get(i) * Math.sin(angle);
    }
    return 2 * Math.hypot(real, imaginary) / (samples.limit() - 2 * edge);
  }
}
