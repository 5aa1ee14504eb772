package io.dragoman.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SummaryTest {

  @Test
  void theJsonHasItsFieldsInTheirOrder() {
    Summary summary =
        new Summary(
            3,
            6,
            List.of(2, 2, 2),
            20,
            90,
            89,
            4,
            0,
            812,
            Summary.CaptionDelay.of(List.of(600L, 1_200L), List.of(900L)),
            new Upstream(412L, 61_000L, 0L, 400L, 4_500, 301L, 12L),
            Summary.ResumeDelay.of(List.of(100L, 900L, 400L)),
            3,
            150,
            1,
            2,
            new Share(0.0321, 0.0333, 0.0345, 0.999),
            new StandInFault.Figures("rate-limit", 0.5, 10),
            "lose");

    assertEquals(
        "{\"nodes\":3,\"sessions\":6,\"sessions_by_node\":[2,2,2],\"seconds\":20,"
            + "\"finals_expected\":90,\"finals_received\":89,"
            + "\"finals_lost\":4,\"finals_doubled\":0,\"partials\":812,"
            + "\"caption_delay_ms\":{\"partial_p50\":600,\"partial_p95\":1200,"
            + "\"final_p50\":900,\"final_p95\":900},"
            + "\"upstream\":{\"requests\":412,\"tokens\":61000,\"rejected_429\":0,"
            + "\"worst_window_requests\":400,\"limit_requests\":4500,\"delay_ms_p50\":301,\"faulted\":12},"
            + "\"resume_ms\":{\"p50\":400,\"p95\":900,\"max\":900},\"resumes\":3,"
            + "\"longest_pause_ms\":150,\"gaps\":1,\"node_faults\":2,"
            + "\"share\":{\"least\":0.0321,\"median\":0.0333,\"most\":0.0345,\"jain\":0.999},"
            + "\"fault\":{\"name\":\"rate-limit\",\"share\":0.5,\"seconds\":10},\"inject\":\"lose\"}",
        summary.toJson());
  }

  @Test
  void whatCannotBeKnownOfRealServicesIsNullAndSaidInWords() {
    Summary summary =
        new Summary(
            3,
            6,
            List.of(2, 2, 2),
            20,
            90,
            88,
            null,
            null,
            700,
            Summary.CaptionDelay.of(List.of(), List.of()),
            Upstream.unknown(4_500),
            Summary.ResumeDelay.of(List.of()),
            0,
            0,
            0,
            0,
            null,
            null,
            null);

    String json = summary.toJson();
    assertTrue(json.contains("\"finals_lost\":null,\"finals_doubled\":null"), json);
    assertTrue(json.contains("\"requests\":null"), json);
    assertTrue(json.contains("\"limit_requests\":4500"), json);
    assertTrue(json.contains("\"partial_p50\":null"), json);
    assertTrue(summary.toText().contains("not judged"), summary.toText());
  }
}
