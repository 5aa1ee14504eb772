package io.dragoman.cli.demo;

import java.io.ByteArrayOutputStream;

/**
 * What happens to a session's audio on its way to the node. A disturbed session is still expected
 * to bring everything that was spoken, so the judge must find fault with it.
 */
sealed interface Disturbance {

  /** What is sent in place of the audio at a position. */
  byte[] apply(long fromSample, byte[] pcm);

  /** Nothing happens. */
  record None() implements Disturbance {
    @Override
    public byte[] apply(long fromSample, byte[] pcm) {
      return pcm;
    }
  }

  /** A stretch gets lost. */
  record Lose(long from, long to) implements Disturbance {
    @Override
    public byte[] apply(long fromSample, byte[] pcm) {
      ByteArrayOutputStream sent = new ByteArrayOutputStream(pcm.length);
      int cutFrom = index(from - fromSample, pcm);
      int cutTo = index(to - fromSample, pcm);
      sent.write(pcm, 0, cutFrom);
      sent.write(pcm, cutTo, pcm.length - cutTo);
      return sent.toByteArray();
    }
  }

  /** A stretch comes twice. */
  record Double(long from, long to, byte[] stretch) implements Disturbance {
    @Override
    public byte[] apply(long fromSample, byte[] pcm) {
      boolean endsHere = to > fromSample && to <= fromSample + pcm.length / Track.BYTES_PER_SAMPLE;
      if (!endsHere) {
        return pcm;
      }
      ByteArrayOutputStream sent = new ByteArrayOutputStream(pcm.length + stretch.length);
      int end = index(to - fromSample, pcm);
      sent.write(pcm, 0, end);
      sent.writeBytes(stretch);
      sent.write(pcm, end, pcm.length - end);
      return sent.toByteArray();
    }
  }

  private static int index(long sample, byte[] pcm) {
    return (int) Math.clamp(sample * Track.BYTES_PER_SAMPLE, 0L, pcm.length);
  }
}
