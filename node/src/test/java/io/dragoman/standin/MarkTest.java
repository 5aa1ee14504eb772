package io.dragoman.standin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Marks as the {@link Ear} reads them out of a stream. */
final class MarkTest {
  private static final int SALT = 0xbeef;
  private static final Clip CLIP = Clips.shipped().getFirst();
  private static final byte[] PCM = Arrays.copyOf(CLIP.pcm(SALT), 2 * 3 * Clip.SAMPLE_RATE);

  private record Found(Mark mark, long sample) {}

  /** Collects marks, and checks that what is told covers the stream without a gap. */
  private static final class Collector implements Ear.Sounds {
    final List<Found> found = new ArrayList<>();
    long told;

    @Override
    public void marked(Mark mark, long startSample) {
      assertEquals(told, startSample);
      told = startSample + Mark.FRAME_SAMPLES;
      found.add(new Found(mark, startSample));
    }

    @Override
    public void unmarked(long startSample, long endSample, boolean loud) {
      assertEquals(told, startSample);
      assertTrue(endSample > startSample && endSample - startSample <= Mark.FRAME_SAMPLES);
      told = endSample;
    }
  }

  private static List<Found> read(byte[] pcm, Random cuts) {
    var collector = new Collector();
    var ear = new Ear(Clip.SAMPLE_RATE, collector);
    for (int at = 0; at < pcm.length; ) {
      int end = Math.min(pcm.length, at + 1 + cuts.nextInt(5_000));
      ear.hear(Arrays.copyOfRange(pcm, at, end));
      at = end;
    }
    ear.finish();
    assertEquals(pcm.length / 2, collector.told);
    return collector.found;
  }

  /** The marks of whole frames within this stretch of the clip, if it stands at this sample. */
  private static List<Found> expected(int fromSample, int toSample, long at) {
    var found = new ArrayList<Found>();
    int first = Math.ceilDiv(fromSample, Mark.FRAME_SAMPLES);
    for (int frame = first; (frame + 1) * Mark.FRAME_SAMPLES <= toSample; frame++) {
      long sample = at + (long) frame * Mark.FRAME_SAMPLES - fromSample;
      found.add(new Found(new Mark(CLIP.id(), frame, SALT), sample));
    }
    return found;
  }

  private static byte[] join(byte[]... parts) {
    var whole = new ByteArrayOutputStream();
    Arrays.stream(parts).forEach(whole::writeBytes);
    return whole.toByteArray();
  }

  private static byte[] samples(int from, int to) {
    return Arrays.copyOfRange(PCM, 2 * from, 2 * to);
  }

  @Property(tries = 50)
  void everyFrameIsFoundHoweverTheStreamIsCut(@ForAll long seed) {
    assertEquals(expected(0, PCM.length / 2, 0), read(PCM, new Random(seed)));
  }

  /** Far enough from a frame's edge that the bits beyond the cut cannot match by chance. */
  @Provide
  Arbitrary<Integer> cuts() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 60), Arbitraries.integers().between(60, 180))
        .as((frame, rest) -> frame * Mark.FRAME_SAMPLES + rest);
  }

  @Property(tries = 100)
  void whatIsLostIsNotFoundAndTheRestIs(
      @ForAll("cuts") int from, @ForAll("cuts") int length, @ForAll long seed) {
    byte[] pcm = join(samples(0, from), samples(from + length, PCM.length / 2));
    var expected = expected(0, from, 0);
    expected.addAll(expected(from + length, PCM.length / 2, from));
    assertEquals(expected, read(pcm, new Random(seed)));
  }

  @Property(tries = 100)
  void whatIsDoubledIsFoundTwice(
      @ForAll("cuts") int from, @ForAll("cuts") int length, @ForAll long seed) {
    byte[] pcm = join(samples(0, from + length), samples(from, PCM.length / 2));
    var expected = expected(0, from + length, 0);
    expected.addAll(expected(from, PCM.length / 2, from + length));
    assertEquals(expected, read(pcm, new Random(seed)));
  }

  @Property(tries = 100)
  void oneChangedSampleTakesItsFrame(@ForAll @IntRange(max = 71_999) int sample) {
    byte[] pcm = PCM.clone();
    pcm[2 * sample] ^= 1;
    var expected = expected(0, PCM.length / 2, 0);
    expected.remove(sample / Mark.FRAME_SAMPLES);
    assertEquals(expected, read(pcm, new Random(sample)));
  }

  @Property(tries = 50)
  void aLostByteTurnsSpeechIntoNoiseUntilTheNext(
      @ForAll @IntRange(min = 10_000, max = 50_000) int at) {
    int even = at / 2 * 2;
    // A frame that loses its very last samples may come out right by chance.
    Assume.that(even / 2 % Mark.FRAME_SAMPLES < Mark.FRAME_SAMPLES - 40);
    byte[] odd = join(Arrays.copyOf(PCM, even), Arrays.copyOfRange(PCM, even + 1, PCM.length));
    byte[] healed = join(Arrays.copyOf(odd, 70_000), Arrays.copyOfRange(odd, 70_001, odd.length));
    assertEquals(expected(0, even / 2, 0), read(odd, new Random(at)));
    var expected = expected(0, even / 2, 0);
    expected.addAll(expected(35_001, PCM.length / 2, 35_000));
    assertEquals(expected, read(healed, new Random(at)));
  }

  @Test
  void noiseHoldsNoMarks() {
    byte[] noise = new byte[4_000_000];
    new Random(1).nextBytes(noise);
    assertEquals(List.of(), read(noise, new Random(2)));
    assertEquals(List.of(), read(new byte[200_000], new Random(3)));
    assertEquals(List.of(), read(CLIP.unmarked(), new Random(4)));
  }
}
