package io.dragoman.standin;

import static io.dragoman.standin.SpeechTestBed.ANY_PACE;
import static io.dragoman.standin.SpeechTestBed.CLIP;
import static io.dragoman.standin.SpeechTestBed.configuration;
import static io.dragoman.standin.SpeechTestBed.sentences;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.InstantiatingGrpcChannelProvider;
import com.google.cloud.speech.v2.SpeechClient;
import com.google.cloud.speech.v2.SpeechSettings;
import com.google.cloud.speech.v2.StreamingRecognitionFeatures;
import com.google.cloud.speech.v2.StreamingRecognitionResult;
import com.google.cloud.speech.v2.StreamingRecognizeRequest;
import com.google.cloud.speech.v2.StreamingRecognizeResponse;
import com.google.cloud.speech.v2.StreamingRecognizeResponse.SpeechEventType;
import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the stand-in hears, over its real wire protocol. */
@Timeout(180)
final class SpeechStandInTest {
  private final SpeechTestBed bed = new SpeechTestBed();

  @AfterEach
  void close() throws Exception {
    bed.close();
  }

  @Test
  void googlesOwnClientHearsEveryClip() throws Exception {
    SpeechStandIn standIn = bed.start(ANY_PACE);
    var settings =
        SpeechSettings.newBuilder()
            .setEndpoint("127.0.0.1:" + standIn.port())
            .setCredentialsProvider(NoCredentialsProvider.create())
            .setTransportChannelProvider(
                InstantiatingGrpcChannelProvider.newBuilder()
                    .setChannelConfigurator(builder -> builder.usePlaintext())
                    .build())
            .build();
    try (SpeechClient client = SpeechClient.create(settings)) {
      for (Clip clip : Clips.shipped()) {
        var stream = client.streamingRecognizeCallable().call();
        stream.send(configuration());
        byte[] pcm = clip.pcm(clip.id());
        for (int at = 0; at < pcm.length; at += 4_800) {
          byte[] piece = Arrays.copyOfRange(pcm, at, Math.min(pcm.length, at + 4_800));
          stream.send(
              StreamingRecognizeRequest.newBuilder().setAudio(ByteString.copyFrom(piece)).build());
        }
        stream.closeSend();
        var texts = new ArrayList<String>();
        for (StreamingRecognizeResponse response : stream) {
          response.getResultsList().stream()
              .filter(StreamingRecognitionResult::getIsFinal)
              .forEach(result -> texts.add(result.getAlternatives(0).getTranscript().strip()));
        }
        assertEquals(sentences(clip, clip.id()), texts);
      }
    }
  }

  @Test
  void howeverTheAudioIsCutTheFinalsAreTheSentences() {
    bed.start(ANY_PACE);
    for (Clip clip : Clips.shipped()) {
      SpeechTestCall call =
          bed.call().configure(configuration()).stream(clip.pcm(0), clip.id()).halfClose();
      assertEquals(Status.Code.OK, call.end().getCode());
      assertEquals(sentences(clip, 0), call.texts());
    }
  }

  @Test
  void finalsHoldWordOffsetsThatCoverTheClipsWords() {
    bed.start(ANY_PACE);
    SpeechTestCall call = bed.call().configure(configuration()).stream(CLIP.pcm(0), 1).halfClose();
    call.end();
    for (int i = 0; i < CLIP.sentences().size(); i++) {
      StreamingRecognitionResult result = call.finals().get(i);
      Sentence sentence = CLIP.sentences().get(i);
      assertEquals("en-US", result.getLanguageCode());
      assertEquals(sentence.words().size(), result.getAlternatives(0).getWordsCount());
      for (int w = 0; w < sentence.words().size(); w++) {
        Word word = sentence.words().get(w);
        var info = result.getAlternatives(0).getWords(w);
        assertEquals(word.text(), info.getWord());
        long early = word.startSample() - Durations.toMillis(info.getStartOffset()) * 24;
        long late = Durations.toMillis(info.getEndOffset()) * 24 - word.endSample();
        assertTrue(early >= 0 && early < 240 && late >= 0 && late < 240, early + ", " + late);
      }
      assertEquals(
          result.getAlternatives(0).getWords(sentence.words().size() - 1).getEndOffset(),
          result.getResultEndOffset());
    }
  }

  @Test
  void aResponseHoldsAStableAndAnUnstableInterimThatJoinToTheTranscript() {
    bed.start(ANY_PACE);
    SpeechTestCall call = bed.call().configure(configuration()).stream(CLIP.pcm(0), 2).halfClose();
    call.end();
    var transcript = new StringBuilder();
    call.finals().forEach(result -> transcript.append(result.getAlternatives(0).getTranscript()));
    assertEquals(String.join(" ", sentences(CLIP, 0)), transcript.toString());

    var said = new StringBuilder();
    int pairs = 0;
    for (StreamingRecognizeResponse response : call.responses) {
      if (response.getResultsCount() == 2) {
        pairs++;
        assertEquals(0.9f, response.getResults(0).getStability());
        assertEquals(0.1f, response.getResults(1).getStability());
        String stable = response.getResults(0).getAlternatives(0).getTranscript();
        assertTrue(transcript.toString().startsWith(said + stable), stable);
      } else if (response.getResultsCount() == 1 && response.getResults(0).getIsFinal()) {
        said.append(response.getResults(0).getAlternatives(0).getTranscript());
      }
    }
    assertTrue(pairs > 20);
  }

  @Test
  void whatWasNotAskedForIsNotSent() {
    bed.start(ANY_PACE);
    var plain = configuration().toBuilder();
    plain
        .getStreamingConfigBuilder()
        .setStreamingFeatures(StreamingRecognitionFeatures.getDefaultInstance())
        .getConfigBuilder()
        .clearFeatures();
    SpeechTestCall call = bed.call().configure(plain.build()).stream(CLIP.pcm(0), 3).halfClose();
    call.end();
    assertEquals(CLIP.sentences().size(), call.responses.size());
    assertEquals(0, call.finals().getFirst().getAlternatives(0).getWordsCount());
    assertEquals(
        "good morning everyone and welcome to our annual conference", call.texts().getFirst());
  }

  @Test
  void voiceActivityIsToldWhereAskedFor() {
    bed.start(ANY_PACE);
    SpeechTestCall call = bed.call().configure(configuration()).stream(CLIP.pcm(0), 4).halfClose();
    call.end();
    List<SpeechEventType> events =
        call.responses.stream()
            .filter(response -> response.getResultsCount() == 0)
            .map(StreamingRecognizeResponse::getSpeechEventType)
            .toList();
    var expected = new ArrayList<SpeechEventType>();
    for (int i = 0; i < CLIP.sentences().size(); i++) {
      expected.add(SpeechEventType.SPEECH_ACTIVITY_BEGIN);
      expected.add(SpeechEventType.SPEECH_ACTIVITY_END);
    }
    assertEquals(expected, events);
  }

  @Test
  void anUtteranceIsFinalAtOnceWhenTheClientHalfCloses() {
    bed.start(ANY_PACE);
    Sentence first = CLIP.sentences().getFirst();
    byte[] cut = Arrays.copyOf(CLIP.pcm(0), 2 * first.endSample() + 960);
    SpeechTestCall call = bed.call().configure(configuration()).stream(cut, 5).halfClose();
    assertEquals(Status.Code.OK, call.end().getCode());
    assertEquals(List.of(first.heard(0)), call.texts());
  }

  @Test
  void aNewStreamGoesOnAfterTheLastFinal() throws InterruptedException {
    bed.start(ANY_PACE);
    byte[] pcm = CLIP.pcm(9);
    int middle = 2 * CLIP.sentences().get(2).words().get(4).startSample();
    SpeechTestCall old =
        bed.call().configure(configuration()).stream(Arrays.copyOf(pcm, middle), 6);
    old.awaitFinals(2);
    long resume = Durations.toMillis(old.finals().getLast().getResultEndOffset()) * 48;
    byte[] rest = Arrays.copyOfRange(pcm, (int) resume, pcm.length);
    SpeechTestCall next = bed.call().configure(configuration()).stream(rest, 7).halfClose();
    next.end();
    assertEquals(sentences(CLIP, 9).subList(2, CLIP.sentences().size()), next.texts());
  }

  @Test
  void lossAndDoublingShow() {
    bed.start(ANY_PACE);
    byte[] pcm = CLIP.pcm(0);
    Word word = CLIP.sentences().getFirst().words().get(1);
    int from = 2 * (word.startSample() + 500);
    int to = from + 4_800;
    byte[] lost = new byte[pcm.length - 4_800];
    System.arraycopy(pcm, 0, lost, 0, from);
    System.arraycopy(pcm, to, lost, from, pcm.length - to);
    byte[] doubled = new byte[pcm.length + 4_800];
    System.arraycopy(pcm, 0, doubled, 0, to);
    System.arraycopy(pcm, from, doubled, to, pcm.length - from);
    for (byte[] broken : List.of(lost, doubled)) {
      SpeechTestCall call = bed.call().configure(configuration()).stream(broken, 8).halfClose();
      call.end();
      assertTrue(call.texts().getFirst().matches("Good \\w+– –\\w+ .*"), call.texts().getFirst());
      assertEquals(sentences(CLIP, 0).subList(1, 4), call.texts().subList(1, 4));
    }
  }

  @Test
  void otherSpeechIsReportedByVoiceActivityAtAnySampleRate() {
    bed.start(ANY_PACE);
    var noise = new byte[2 * 16_000 * 3];
    var random = new Random(1);
    for (int i = 16_000; i < 2 * 16_000 * 2; i++) {
      noise[i] = (byte) (random.nextInt(16) - 8);
    }
    SpeechTestCall call =
        bed.call().configure(configuration(16_000).build()).stream(noise, 9).halfClose();
    call.end();
    assertEquals(List.of("[speech, 1.5 s]"), call.texts());
    assertTrue(
        call.results().anyMatch(r -> r.getAlternatives(0).getTranscript().endsWith(" s …]")));
  }

  @Test
  void theFirstEnglishOfSeveralLanguagesIsHeard() {
    bed.start(ANY_PACE);
    var request = configuration("chirp_2", "es-ES", "en-GB", "en-US").build();
    SpeechTestCall call = bed.call().configure(request).stream(CLIP.pcm(0), 1).halfClose();
    assertEquals(Status.Code.OK, call.end().getCode());
    assertEquals("en-GB", call.finals().getFirst().getLanguageCode());
  }
}
