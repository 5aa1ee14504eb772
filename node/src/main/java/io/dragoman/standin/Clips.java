package io.dragoman.standin;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import javax.sound.sampled.UnsupportedAudioFileException;

/** The clips that ship with Dragoman, read once. {@code src/main/clips} says how they are made. */
public final class Clips {
  private static final List<Clip> SHIPPED =
      List.of("conference", "classroom", "support-call", "team-meeting").stream()
          .map(Clips::read)
          .toList();

  private Clips() {}

  /** All of them; clip n stands at n - 1. */
  public static List<Clip> shipped() {
    return SHIPPED;
  }

  /** The clip that marks call by this number. */
  static Optional<Clip> byId(int id) {
    return id >= 1 && id <= SHIPPED.size() ? Optional.of(SHIPPED.get(id - 1)) : Optional.empty();
  }

  /** A clip's JSON. */
  private record Script(int id, String name, String voice, List<Line> sentences) {}

  /**
   * A sentence in it.
   *
   * @param translations pairs of the source's words and their translation
   * @param at for each word, its first sample and the one after its last
   */
  private record Line(
      String heard,
      String corrected,
      Map<String, List<List<String>>> translations,
      List<List<Integer>> at) {

    Sentence sentence() {
      String[] words = heard.split(" ", -1);
      if (words.length != at.size()) {
        throw new IllegalArgumentException("at: " + at.size() + " positions for: " + heard);
      }
      List<Word> timed =
          IntStream.range(0, words.length)
              .mapToObj(i -> new Word(words[i], at.get(i).getFirst(), at.get(i).getLast()))
              .toList();
      Map<String, List<Chunk>> chunks =
          translations.entrySet().stream()
              .collect(Collectors.toMap(Map.Entry::getKey, e -> chunks(e.getValue())));
      return new Sentence(timed, corrected, chunks);
    }

    private List<Chunk> chunks(List<List<String>> pairs) {
      String source = pairs.stream().map(List::getFirst).collect(Collectors.joining(" "));
      if (!source.equals(heard)) {
        throw new IllegalArgumentException("'" + source + "' is aligned, heard is: " + heard);
      }
      List<Chunk> chunks = new ArrayList<>();
      for (List<String> pair : pairs) {
        chunks.add(new Chunk(pair.getFirst().split(" ", -1).length, pair.getLast()));
      }
      return chunks;
    }
  }

  private static Clip read(String name) {
    try (InputStream json = open(name + ".json");
        AudioInputStream wav =
            AudioSystem.getAudioInputStream(new BufferedInputStream(open(name + ".wav")))) {
      Script script = new ObjectMapper().readValue(json, Script.class);
      var expected = new AudioFormat(Clip.SAMPLE_RATE, 16, 1, true, false);
      if (!wav.getFormat().matches(expected)) {
        throw new IOException(name + ".wav is " + wav.getFormat() + ", not " + expected);
      }
      List<Sentence> sentences = script.sentences().stream().map(Line::sentence).toList();
      return new Clip(script.id(), script.name(), sentences, wav.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (UnsupportedAudioFileException e) {
      throw new IllegalStateException(name + ".wav is not a WAV file", e);
    }
  }

  private static InputStream open(String file) throws IOException {
    InputStream resource = Clips.class.getResourceAsStream("/io/dragoman/clips/" + file);
    if (resource == null) {
      throw new FileNotFoundException("the clip " + file + " is missing from the program");
    }
    return resource;
  }
}
