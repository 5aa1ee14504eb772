package io.dragoman.pipeline;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A request about a sentence, with what it costs: what stands between its text and its permit. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class PromptBenchmark {

  @Param({"gpt-4o-mini", "gpt-4", "translator"})
  private String model = "";

  @Param({"so I would like to begin with the results of the last quarter"})
  private String text = "";

  private Prompt translation = Prompt.translate("translator", "en-US", "es");
  private Prompt correction = Prompt.correct("translator", "en-US");

  @Setup
  public void readVocabulary() {
    translation = Prompt.translate(model, "en-US", "es");
    correction = Prompt.correct(model, "en-US");
  }

  /** The text is counted once. */
  @Benchmark
  public int translation() {
    return translation.about(text).tokens();
  }

  /** The text is counted for the prompt and for the answer's room. */
  @Benchmark
  public int correction() {
    return correction.about(text).tokens();
  }

  /** What a session begins with: the instructions are counted, then never again. */
  @Benchmark
  public int newPrompt() {
    return Prompt.translate(model, "en-US", "es").about("").tokens();
  }
}
