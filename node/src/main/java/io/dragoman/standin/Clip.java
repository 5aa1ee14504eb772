package io.dragoman.standin;

import java.util.List;

/**
 * A shipped recording of synthetic speech: 24 kHz mono 16-bit little-endian PCM, of which
 * everything is known. At least a second of silence follows each sentence. Immutable.
 */
public final class Clip {
  /** Of every clip, in hertz. */
  public static final int SAMPLE_RATE = 24_000;

  private final int id;
  private final String name;
  private final List<Sentence> sentences;
  private final byte[] recording;

  Clip(int id, String name, List<Sentence> sentences, byte[] recording) {
    this.id = id;
    this.name = name;
    this.sentences = List.copyOf(sentences);
    this.recording = recording;
  }

  /** What its marks call it, 1 and up. */
  public int id() {
    return id;
  }

  /** What people call it, as in "team-meeting". */
  public String name() {
    return name;
  }

  /** What is said in it, in order. */
  public List<Sentence> sentences() {
    return sentences;
  }

  /** Its length, a whole number of 20 ms frames. */
  public int samples() {
    return recording.length / 2;
  }

  /** The recording without marks: to every listener it is just speech. */
  public byte[] unmarked() {
    byte[] pcm = recording.clone();
    for (int low = 0; low < pcm.length; low += 2) {
      pcm[low] &= ~1;
    }
    return pcm;
  }

  /**
   * The recording, each 20 ms of it marked with (clip, position, salt), so that the stand-in knows
   * what was said in any stretch of it.
   */
  public byte[] pcm(int salt) {
    byte[] pcm = recording.clone();
    for (int frame = 0; frame < samples() / Mark.FRAME_SAMPLES; frame++) {
      new Mark(id, frame, salt).stamp(pcm, 2 * frame * Mark.FRAME_SAMPLES);
    }
    return pcm;
  }
}
