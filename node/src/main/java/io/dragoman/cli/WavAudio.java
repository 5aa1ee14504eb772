package io.dragoman.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import javax.sound.sampled.UnsupportedAudioFileException;

/**
 * The audio of a WAV file as a session takes it: {@value #SAMPLE_RATE} Hz, one channel, 16-bit
 * little-endian PCM. Channels are mixed and the rate is converted where needed, by the JDK's own
 * converter; audio that needs neither comes through bit by bit. Used by one thread.
 */
final class WavAudio implements AutoCloseable {
  static final int SAMPLE_RATE = 24_000;
  static final int BYTES_PER_SAMPLE = 2;

  private static final AudioFormat TARGET =
      new AudioFormat(
          AudioFormat.Encoding.PCM_SIGNED,
          SAMPLE_RATE,
          16,
          1,
          BYTES_PER_SAMPLE,
          SAMPLE_RATE,
          false,
          // Read by the converter; its default aliases.
          Map.of("interpolation", "sinc"));

  private final InputStream samples;

  private WavAudio(InputStream samples) {
    this.samples = samples;
  }

  /** Opens a file, or says in a sentence why that cannot be. */
  static WavAudio open(Path file) throws CommandException {
    if (Files.isDirectory(file)) {
      throw unreadable(file + " is a directory, not a WAV file.");
    }
    try {
      AudioInputStream source = AudioSystem.getAudioInputStream(file.toFile());
      AudioFormat format = source.getFormat();
      if (format.getSampleRate() < 1) {
        source.close();
        throw absurd(file);
      }
      if (!format.getEncoding().equals(AudioFormat.Encoding.PCM_SIGNED)
          || format.getSampleSizeInBits() != 16) {
        source.close();
        throw unreadable(
            "%s holds %s; 16-bit PCM is needed, such as ffmpeg -i IN -c:a pcm_s16le OUT.wav makes."
                .formatted(file, format));
      }
      return new WavAudio(
          format.matches(TARGET) ? source : AudioSystem.getAudioInputStream(TARGET, source));
    } catch (FileNotFoundException e) {
      throw unreadable(
          Files.exists(file) ? file + " may not be read." : "There is no file " + file + ".");
    } catch (ArithmeticException | IllegalArgumentException e) {
      // The JDK's reader and converter trust the header: they divide by its zeros.
      throw absurd(file);
    } catch (UnsupportedAudioFileException e) {
      throw unreadable(file + " is not a WAV file.");
    } catch (IOException e) {
      throw unreadable(file + " cannot be read: " + e.getMessage());
    }
  }

  /** The next samples, at most so many; none at the end. */
  byte[] read(int maxSamples) throws IOException {
    byte[] pcm = samples.readNBytes(maxSamples * BYTES_PER_SAMPLE);
    return pcm.length % BYTES_PER_SAMPLE == 0
        ? pcm
        : Arrays.copyOf(pcm, pcm.length - pcm.length % BYTES_PER_SAMPLE);
  }

  @Override
  public void close() throws IOException {
    samples.close();
  }

  private static CommandException absurd(Path file) {
    return unreadable(file + " cannot be read: its header has an impossible format.");
  }

  private static CommandException unreadable(String sentence) {
    return new CommandException(ExitCode.UNAVAILABLE, sentence);
  }
}
