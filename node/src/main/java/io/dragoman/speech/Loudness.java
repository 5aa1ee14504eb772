package io.dragoman.speech;

/** Tells what may be speech from silence, by its energy alone. */
final class Loudness {
  /** -40 dB of full scale: above a quiet room's noise, below quiet speech. */
  private static final double LOUD_RMS = 0.01 * Short.MAX_VALUE;

  private Loudness() {}

  /** Whether mono 16-bit little-endian samples may hold speech. */
  static boolean isLoud(byte[] pcm) {
    double energy = 0;
    int samples = pcm.length / 2;
    for (int i = 0; i < samples; i++) {
      double sample = (short) (pcm[2 * i + 1] << 8 | (pcm[2 * i] & 0xff));
      energy += sample * sample;
    }
    return energy > LOUD_RMS * LOUD_RMS * samples;
  }
}
