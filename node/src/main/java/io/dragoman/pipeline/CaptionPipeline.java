package io.dragoman.pipeline;

import io.dragoman.openai.OpenAi;
import io.dragoman.pipeline.Caption.Role;
import io.dragoman.quota.SessionQuota;
import io.dragoman.speech.SpeechEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes captions of what one session's recogniser hears: the source text at once, its correction
 * and its translations as the language model and the quota allow.
 *
 * <p>Each role and language has a {@link Lane}, a thread that makes one call at a time: finals in
 * order, and between them the newest partial. One thread at a time tells a pipeline what was heard;
 * it is held up while too many finals wait.
 */
public final class CaptionPipeline implements AutoCloseable {
  private final CaptionPlan plan;
  private final CaptionSink sink;
  private final SessionQuota quota;
  private final SessionMeter meter;
  private final List<Lane> lanes = new ArrayList<>();
  private volatile boolean growing;

  // Only accessed by the thread that tells what was heard.
  private long segment;
  private int revision;
  private StableText sourceText;

  /**
   * Starts a pipeline.
   *
   * @param fromSample where the first segment begins
   * @param quota where the session asks for permits; closed with the pipeline
   * @param meter counts what the session asks for; closed with the pipeline
   */
  public CaptionPipeline(
      CaptionPlan plan,
      long fromSample,
      OpenAi openAi,
      SessionQuota quota,
      PipelineConfig config,
      SessionMeter meter,
      CaptionSink sink) {
    this.plan = plan;
    this.sink = sink;
    this.quota = quota;
    this.meter = meter;
    this.segment = fromSample;
    this.growing = plan.growing();
    this.sourceText = newText();
    Waiting waiting = new Waiting(sink);
    Calls calls = new Calls(openAi, quota, config, meter);
    if (plan.correct()) {
      lanes.add(
          new Lane(
              Role.CORRECTED,
              plan.source(),
              Prompt.correct(config.model(), plan.source()),
              plan.stability(),
              calls,
              meter,
              waiting,
              sink));
    }
    for (String target : plan.targets()) {
      lanes.add(
          new Lane(
              Role.TRANSLATION,
              target,
              Prompt.translate(config.model(), plan.source(), target),
              plan.stability(),
              calls,
              meter,
              waiting,
              sink));
    }
    lanes.forEach(Lane::start);
    meter.watch(() -> lanes.stream().mapToInt(Lane::waiting).sum(), quota::why);
  }

  /** Switches the translation and correction of sentences that still grow. Thread-safe. */
  public void growing(boolean on) {
    growing = on;
  }

  /**
   * Makes a caption of what was said elsewhere, where there was no time for it. Comes before
   * anything is heard.
   */
  public void owe(Role role, String language, Caption.Final said) {
    Utterance utterance =
        new Utterance(
            said.segment(),
            said.text(),
            said.startSample(),
            said.endSample(),
            true,
            System.nanoTime());
    lanes.stream().filter(lane -> lane.makes(role, language)).forEach(lane -> lane.owe(utterance));
  }

  /** Takes a guess at the utterance that is being spoken. */
  public void heard(SpeechEvent.Interim interim) throws InterruptedException {
    long now = System.nanoTime();
    StableText.Split split = sourceText.next(interim.stable(), interim.tentative());
    revision++;
    sink.partial(
        new Caption.Partial(
            Role.SOURCE,
            plan.source(),
            segment,
            revision,
            segment,
            interim.endSample(),
            split.stable(),
            split.tentative()));
    if (growing) {
      submit(
          new Utterance(
              segment,
              interim.stable() + interim.tentative(),
              segment,
              interim.endSample(),
              false,
              now));
    }
  }

  /** Takes what was said in an utterance; returns once its captions are in order to be made. */
  public void heard(SpeechEvent.Final said) throws InterruptedException {
    long now = System.nanoTime();
    Caption.Final source =
        new Caption.Final(
            Role.SOURCE,
            plan.source(),
            segment,
            revision + 1,
            said.startSample(),
            said.endSample(),
            said.text());
    sink.said(source, said.settled());
    submit(new Utterance(segment, said.text(), said.startSample(), said.endSample(), true, now));
    segment = source.nextSegment();
    revision = 0;
    sourceText = newText();
  }

  /** Waits until every final is made. Nothing is heard afterwards. */
  public void finish() throws InterruptedException {
    finish(Duration.ofNanos(Long.MAX_VALUE));
  }

  /** Waits until every final is made, but no longer than so. Nothing is heard afterwards. */
  public void finish(Duration atMost) throws InterruptedException {
    long left = atMost.toNanos();
    for (Lane lane : lanes) {
      left = lane.finish(left);
    }
  }

  /**
   * What the session's calls have cost so far, here and on nodes that it left: requests sent, and
   * tokens as reserved or reported. Thread-safe.
   */
  public Spent spent() {
    return meter.spent();
  }

  /** Abandons what is not made yet. Thread-safe. */
  @Override
  public void close() {
    lanes.forEach(Lane::close);
    quota.close();
    meter.close();
  }

  private void submit(Utterance utterance) throws InterruptedException {
    for (Lane lane : lanes) {
      lane.submit(utterance);
    }
  }

  /** The recogniser judges stability itself, so a single version is enough. */
  private StableText newText() {
    return new StableText(plan.source(), 1);
  }
}
