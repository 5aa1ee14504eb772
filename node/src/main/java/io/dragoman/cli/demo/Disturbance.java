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
  record Cut(Track.Stretch stretch) implements Disturbance {
    @Override
    public byte[] apply(long fromSample, byte[] pcm) {
      int cutFrom = index(stretch.from() - fromSample, pcm);
      int cutTo = index(stretch.to() - fromSample, pcm);
      ByteArrayOutputStream sent = new ByteArrayOutputStream(pcm.length);
      sent.write(pcm, 0, cutFrom);
      sent.write(pcm, cutTo, pcm.length - cutTo);
      return sent.toByteArray();
    }
  }

  /** A stretch of the track comes twice. */
  record Repeat(Track track, Track.Stretch stretch) implements Disturbance {
    @Override
    public byte[] apply(long fromSample, byte[] pcm) {
      long toSample = fromSample + pcm.length / Track.BYTES_PER_SAMPLE;
      if (stretch.to() <= fromSample || stretch.to() > toSample) {
        return pcm;
      }
      int end = index(stretch.to() - fromSample, pcm);
      ByteArrayOutputStream sent = new ByteArrayOutputStream();
      sent.write(pcm, 0, end);
      sent.writeBytes(track.read(stretch));
      sent.write(pcm, end, pcm.length - end);
      return sent.toByteArray();
    }
  }

  /** Where a sample is in the audio, or its nearer end. */
  private static int index(long sample, byte[] pcm) {
    return (int) Math.clamp(sample * Track.BYTES_PER_SAMPLE, 0L, pcm.length);
  }
}
