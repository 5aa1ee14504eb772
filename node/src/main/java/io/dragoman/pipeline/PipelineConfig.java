package io.dragoman.pipeline;

import java.time.Duration;

/**
 * How captions are made.
 *
 * @param model the language model's name
 * @param waitingFinals how many finals of one role and language may wait before the recogniser has
 *     to
 * @param showEvery how often at most a growing answer is shown
 * @param retryFirst the pause before a failed final is tried again; doubles each time
 * @param retryMost the longest such pause
 * @param giveUpAfter for how long the language model may fail until finals are given up
 * @param refusals how often an answer that is cut short or filtered is asked for again
 */
public record PipelineConfig(
    String model,
    int waitingFinals,
    Duration showEvery,
    Duration retryFirst,
    Duration retryMost,
    Duration giveUpAfter,
    int refusals) {

  public PipelineConfig {
    if (model.isBlank()) {
      throw new IllegalArgumentException(
          "openai.model: a model's name is needed, for example gpt-4o-mini");
    }
    if (waitingFinals < 1) {
      throw new IllegalArgumentException("waitingFinals: " + waitingFinals + " is not positive");
    }
  }

  /** The defaults, for a model. */
  public static PipelineConfig of(String model) {
    return new PipelineConfig(
        model,
        256,
        Duration.ofMillis(80),
        Duration.ofMillis(250),
        Duration.ofSeconds(10),
        Duration.ofMinutes(2),
        3);
  }
}
