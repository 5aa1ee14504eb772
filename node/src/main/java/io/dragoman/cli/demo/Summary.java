package io.dragoman.cli.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The demo's figures, in the order of its JSON.
 *
 * @param sessionsByNode how many sessions each node carried
 * @param seconds how much each session spoke
 * @param finalsLost expected words that no final has; null where real services answered, since then
 *     nobody knows what to expect
 * @param finalsDoubled words of finals beyond the expected ones; null likewise
 * @param resumes how often a session went on in another connection
 * @param longestPauseMs for how long, at most, no caption came while a session that was resumed
 *     spoke
 * @param gaps how often one was told that something is lost
 * @param nodeFaults how often a node was taken away and came back
 * @param share null where no session told what it used
 * @param fault that the stand-ins were given; null for none
 * @param inject what was done to the first session's audio; null for nothing
 */
record Summary(
    int nodes,
    int sessions,
    List<Integer> sessionsByNode,
    long seconds,
    int finalsExpected,
    int finalsReceived,
    @Nullable Integer finalsLost,
    @Nullable Integer finalsDoubled,
    long partials,
    CaptionDelay captionDelayMs,
    Upstream upstream,
    ResumeDelay resumeMs,
    int resumes,
    long longestPauseMs,
    int gaps,
    int nodeFaults,
    @Nullable Share share,
    StandInFault.@Nullable Figures fault,
    @Nullable String inject) {

  private static final JsonMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  /** Of the translation, in milliseconds; null where none was measured. */
  record CaptionDelay(
      @Nullable Long partialP50,
      @Nullable Long partialP95,
      @Nullable Long finalP50,
      @Nullable Long finalP95) {

    static CaptionDelay of(List<Long> wordMillis, List<Long> finalMillis) {
      return new CaptionDelay(
          percentile(wordMillis, 50),
          percentile(wordMillis, 95),
          percentile(finalMillis, 50),
          percentile(finalMillis, 95));
    }

    private static @Nullable Long percentile(List<Long> millis, int percent) {
      OptionalLong value = Delays.percentile(millis, percent);
      return value.isPresent() ? value.getAsLong() : null;
    }
  }

  /** For how long sessions were without a node, in milliseconds; 0 where none was. */
  record ResumeDelay(long p50, long p95, long max) {

    static ResumeDelay of(List<Long> millis) {
      return new ResumeDelay(
          Delays.percentile(millis, 50).orElse(0),
          Delays.percentile(millis, 95).orElse(0),
          Delays.percentile(millis, 100).orElse(0));
    }
  }

  /** One line. */
  String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new AssertionError("a summary is always writable", e);
    }
  }

  /** For people. */
  String toText() {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "Sessions",
        "%d of %d ran, on %d nodes (%s), %d s of speech each",
        sessionsByNode.stream().mapToInt(Integer::intValue).sum(),
        sessions,
        nodes,
        sessionsByNode.stream().map(String::valueOf).collect(Collectors.joining(" + ")),
        seconds);
    line(text, "Finals", "%,d of %,d received", finalsReceived, finalsExpected);
    if (finalsLost == null || finalsDoubled == null) {
      line(text, "Words", "not judged: what a real service should say, nobody knows beforehand");
    } else {
      line(text, "Words", "%,d lost, %,d doubled", finalsLost, finalsDoubled);
    }
    line(text, "Partials", "%,d received", partials);
    line(
        text,
        "Caption delay",
        "translated words %s (p50), %s (p95); sentences %s (p50), %s (p95)",
        seconds(captionDelayMs.partialP50()),
        seconds(captionDelayMs.partialP95()),
        seconds(captionDelayMs.finalP50()),
        seconds(captionDelayMs.finalP95()));
    if (upstream.requests() == null) {
      line(text, "Upstream", "it did not tell its figures");
    } else {
      line(
          text,
          "Upstream",
          "%,d requests, %,d tokens, %,d refused (429); first token after %d ms (p50)",
          upstream.requests(),
          upstream.tokens(),
          upstream.rejected429(),
          upstream.delayMsP50());
      line(
          text,
          "Worst minute",
          "%,d of %,d requests allowed",
          upstream.worstWindowRequests(),
          upstream.limitRequests());
    }
    if (nodeFaults > 0) {
      line(text, "Nodes", "taken away and back again: %,d", nodeFaults);
    }
    if (resumes > 0) {
      line(
          text,
          "Resumed",
          "%,d times, after %s (p50), %s (p95), %s at most; captions paused for %s; %,d gaps",
          resumes,
          seconds(resumeMs.p50()),
          seconds(resumeMs.p95()),
          seconds(resumeMs.max()),
          seconds(longestPauseMs),
          gaps);
    }
    if (share != null) {
      line(text, "Share", "%s", share.toText());
    }
    return text.toString();
  }

  private static void line(
      StringBuilder text, String label, String format, @Nullable Object... values) {
    text.append(String.format(Locale.ROOT, "  %-14s " + format + "%n", prepend(label, values)));
  }

  private static @Nullable Object[] prepend(String label, @Nullable Object... values) {
    @Nullable Object[] all = new @Nullable Object[values.length + 1];
    all[0] = label;
    System.arraycopy(values, 0, all, 1, values.length);
    return all;
  }

  private static String seconds(@Nullable Long millis) {
    return millis == null ? "–" : String.format(Locale.ROOT, "%.2f s", millis / 1e3);
  }
}
