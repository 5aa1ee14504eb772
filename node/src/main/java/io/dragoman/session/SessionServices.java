package io.dragoman.session;

import io.dragoman.openai.OpenAi;
import io.dragoman.pipeline.PipelineConfig;
import io.dragoman.pipeline.PipelineMetrics;
import io.dragoman.quota.QuotaGate;
import io.dragoman.speech.SpeechRecognizer;
import java.util.List;

/**
 * What every session of a node shares. Each part is thread-safe.
 *
 * @param node the node's name
 * @param standIns the services that are played by stand-ins, for the client to know
 */
public record SessionServices(
    String node,
    SessionConfig config,
    SpeechRecognizer recognizer,
    OpenAi openAi,
    QuotaGate gate,
    PipelineConfig captions,
    PipelineMetrics metrics,
    SessionMetrics connections,
    SessionRegistry registry,
    SessionWindows windows,
    List<String> standIns) {}
