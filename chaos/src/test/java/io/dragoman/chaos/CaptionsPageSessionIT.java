package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The page's session, in its browser, over connections that a test plays: ten samples are a second.
 */
@Timeout(300)
class CaptionsPageSessionIT {

  /**
   * {@code opened} has the connections, each with what it was asked for and what was sent to it;
   * {@code told} what the page was told.
   */
  private static final String PLAY =
      """
      const [play, done] = [async ({Session}) => {
        const opened = [], told = [];
        const open = (sid, start, within, listener) => {
          const sent = [];
          const connection = {
            sid, start, listener, sent, left: false,
            audio: pcm => sent.push(...pcm),
            finalize: () => sent.push('finalize'),
            end: () => sent.push('end'),
            close: () => (connection.left = true),
            started: (windowS = 60) => listener.message({type: 'session.started', seq: 1, from_sample: 0,
              resume_token: 'first', resume_window_s: windowS, limits: {buffered_audio_ms: 0}}),
            resumed: (from, token) => listener.message({type: 'session.resumed', from_sample: from,
              resume_token: token, resume_window_s: 60}),
            says: (...messages) => messages.forEach(message => listener.message(message)),
            closes: (code, failure = null) => listener.closed(code, failure),
          };
          opened.push(connection);
          return connection;
        };
        const session = new Session({sampleRate: 10, from: 'en-US', to: 'es'}, {
          message: message => told.push(message.text ?? message.type),
          lost: () => told.push('lost'),
          missed: samples => told.push(`missed ${samples}`),
          closed: (code, failure) => told.push(`closed ${code} ${failure?.code ?? ''}`.trim()),
        }, open);
        const speak = (...samples) => session.audio(Int16Array.from(samples));
        const final = (seq, text) => ({type: 'caption', seq, text});
        const next = async () => {
          const n = opened.length;
          while (opened.length === n) await new Promise(soon => setTimeout(soon, 5));
          return opened.at(-1);
        };
        const rest = ms => new Promise(over => setTimeout(over, ms));
        const [first] = opened;
        // The play.
      }, arguments[0]];
      import('/session.js').then(play)
        .then(seen => done(seen.map(String)), error => done([String(error), error.stack]));
      """;

  private static final Duration SOON = Duration.ofSeconds(50);

  @TempDir static Path directory;
  private static Visit visit;

  @BeforeAll
  static void start() throws Exception {
    visit = Visit.start(directory, Map.of(), Map.of());
    visit.page().open("");
  }

  @AfterAll
  static void stop() {
    if (visit != null) {
      visit.close();
    }
  }

  @Test
  void aLostConnectionIsFollowedByOneThatGoesOnFromTheNodesSample() {
    assertSeen(
        """
        first.started();
        speak(0, 1, 2);
        speak(3, 4, 5);
        first.says(final(2, 'one'), {type: 'audio.ack', seq: 3, sample: 4});
        first.closes(1006);
        speak(6, 7);
        const second = await next();
        const {token, last_seq, oldest_sample} = second.start.resume;
        speak(8);
        second.resumed(5, 'second');
        second.says(final(3, 'once more'), final(4, 'two'), {type: 'caption', text: 'partial'});
        speak(9);
        second.closes(1012);
        const third = await next();
        return [first.sent, second.sid === first.sid, token, last_seq, oldest_sample, second.sent,
          third.start.resume.token, third.start.resume.last_seq, told];
        """,
        "0,1,2,3,4,5",
        "true",
        "first",
        "3",
        "4",
        "5,6,7,8,9",
        "second",
        "4",
        "session.started,one,audio.ack,lost,session.resumed,two,partial,lost");
  }

  @Test
  void whatWasAskedForMeanwhileIsAskedForOnceTheAudioIsSent() {
    assertSeen(
        """
        first.started();
        first.closes(1006);
        speak(0);
        session.finalize();
        session.end();
        const second = await next();
        second.resumed(0, 'second');
        second.says({type: 'session.ended'});
        second.closes(1006);
        return [second.sent, told.at(-1)];
        """,
        "0,finalize,end",
        "closed 1000");
  }

  @Test
  void audioIsForgottenWhereThereIsNoRoomAndThatIsToldAndItsPlaceKept() {
    assertSeen(
        """
        first.started(1);
        first.closes(1006);
        speak(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        const second = await next();
        speak(12, 13);
        second.resumed(2, 'second');
        second.says({type: 'gap', seq: 2, from_sample: 0, to_sample: 2});
        return [second.start.resume.oldest_sample, second.sent, told];
        """,
        "2",
        "0,0,4,5,6,7,8,9,10,11,12,13",
        "session.started,lost,missed 2,session.resumed,missed 2,gap");
  }

  @Test
  void aNodeThatLeavesIsHeardUntilAnotherHasTheSession() {
    assertSeen(
        """
        first.started();
        first.says({type: 'session.moving'}, {type: 'session.moving'});
        const second = await next();
        speak(0, 1);
        first.says(final(2, 'by the first'));
        second.says({type: 'heartbeat'});
        const before = first.left;
        second.resumed(1, 'second');
        speak(2);
        second.says(final(2, 'by the first'), final(3, 'by the second'));
        return [before, first.left, first.sent, second.sent, opened.length, told];
        """,
        "false",
        "true",
        "0,1",
        "1,2",
        "2",
        "session.started,session.moving,session.moving,by the first,session.resumed,by the second");
  }

  @Test
  void aNodeThatIsGoneBeforeAnotherHasTheSessionIsOnlyLost() {
    assertSeen(
        """
        first.started();
        first.says({type: 'session.moving'});
        const second = await next();
        first.closes(4409, {code: 'taken_over'});
        second.resumed(0, 'second');
        second.closes(4409, {code: 'taken_over'});
        const third = await next();
        third.resumed(0, 'third');
        third.closes(4409, {code: 'taken_over'});
        return [third.start.resume.token, opened.length, told.filter(what => !what.startsWith('session'))];
        """,
        "second",
        "3",
        "lost,lost,closed 4409 taken_over");
  }

  @ParameterizedTest
  @CsvSource({"4404, resume_unavailable", "4500, internal"})
  void aSessionThatIsGoneIsFollowedByANewOneOnce(int code, String error) {
    assertSeen(
        """
        first.started();
        speak(0, 1, 2);
        first.says(final(2, 'one'));
        first.closes(1006);
        const second = await next();
        second.closes(%1$d, {code: '%2$s'});
        const third = await next();
        speak(3);
        third.started();
        third.says(final(2, 'two'));
        speak(4);
        third.closes(1006);
        const fourth = await next();
        fourth.closes(%1$d, {code: '%2$s'});
        return [third.sid === first.sid, third.start.resume, third.sent, told];
        """
            .formatted(code, error),
        "false",
        "undefined",
        "4",
        "session.started,one,lost,missed 4,session.started,two,lost,closed " + code + " " + error);
  }

  @Test
  void aSessionThatMetABugGoesOn() {
    assertSeen(
        """
        first.started();
        speak(0, 1, 2);
        first.closes(4500, {code: 'internal'});
        const second = await next();
        second.resumed(1, 'second');
        return [second.sid === first.sid, second.start.resume.token, second.sent, told];
        """,
        "true",
        "first",
        "1,2",
        "session.started,lost,session.resumed");
  }

  @Test
  void aBugThatComesAgainIsFollowedByANewSessionOnce() {
    assertSeen(
        """
        first.started();
        speak(0, 1, 2);
        first.closes(4500, {code: 'internal'});
        const second = await next();
        second.resumed(1, 'second');
        second.closes(4500, {code: 'internal'});
        const third = await next();
        third.started();
        third.closes(4500, {code: 'internal'});
        return [third.sid === first.sid, third.start.resume, opened.length, told];
        """,
        "false",
        "undefined",
        "3",
        "session.started,lost,session.resumed,lost,missed 2,session.started,closed 4500 internal");
  }

  @ParameterizedTest
  @CsvSource({"60000, 2", "0, 3"})
  void whoStopsWhileANewSessionIsTriedWaitsForNone(int retryAfterMs, int opened) {
    assertSeen(
        """
        first.started();
        speak(0);
        first.closes(1006);
        const second = await next();
        second.closes(4404, {code: 'resume_unavailable', retry_after_ms: %d});
        if (%d > opened.length) await next();
        session.end();
        return [opened.length, opened.at(-1).left, told];
        """
            .formatted(retryAfterMs, opened),
        String.valueOf(opened),
        String.valueOf(opened == 3),
        "session.started,lost,closed 4404 resume_unavailable");
  }

  /** As the person sees it: nodes that lost the session, and cannot have another for a minute. */
  @Test
  void thePageStopsWithItsSession() {
    Page page = visit.page();
    page.open("?clip=classroom&to=es");
    page.script(
        """
        window.opened = 0;
        window.WebSocket = class {
          static OPEN = 1;
          readyState = 1;
          constructor() {
            const says = message => this.onmessage({data: JSON.stringify(message)});
            setTimeout(window.opened++ ? () => {
              says({type: 'error', fatal: true, code: 'resume_unavailable', retry_after_ms: 60000});
              this.onclose({code: 4404});
              window.gone = true;
            } : () => {
              says({type: 'session.started', seq: 1, from_sample: 0, resume_token: 'first',
                resume_window_s: 60, limits: {buffered_audio_ms: 0}});
              setTimeout(() => this.onclose({code: 1006}));
            });
          }
          send() {}
          close() {}
        };
        """);
    page.press("#start");
    await().atMost(SOON).until(() -> page.script("return window.gone") != null);
    assertEquals("away", page.state());
    page.press("#start");
    page.awaitState("failed", SOON);
    assertEquals("Start", page.text("#start"));
    page.open("");
  }

  @Test
  void whoStopsBeforeTheSessionRunsEndsIt() {
    assertSeen("session.end(); first.started(); return [first.sent];", "end");
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 1002, 4400, 4403, 4408, 4490, 4500})
  void anEndThatIsFinalIsTheSessionsEnd(int code) {
    assertSeen(
        """
        first.started();
        first.closes(%d);
        await rest(400);
        return [opened.length, told];
        """
            .formatted(code),
        "1",
        "session.started,closed " + code);
  }

  @Test
  void aSessionThatNeverBeganIsNotTriedAgain() {
    assertSeen("first.closes(1006); return [told];", "closed 1006");
  }

  @Test
  void itIsTriedAgainWhenItIsAskedToButOnlyWhileTheSessionIsKept() {
    assertSeen(
        """
        first.started(1);
        first.closes(1006);
        const second = await next();
        const refused = performance.now();
        second.closes(4429, {code: 'full', retry_after_ms: 500});
        const third = await next();
        const waited = performance.now() - refused;
        await rest(600);
        third.closes(1006);
        return [waited >= 500 && waited < 5000, told];
        """,
        "true",
        "session.started,lost,closed 1006");
  }

  @Test
  void aNetworkThatIsBackIsTriedAtOnce() {
    assertSeen(
        """
        first.started();
        dispatchEvent(new Event('online'));
        const calm = opened.length;
        first.closes(1006);
        const second = await next();
        second.closes(4429, {code: 'unavailable', retry_after_ms: 60000});
        dispatchEvent(new Event('online'));
        session.close();
        return [calm, opened.length, opened.at(-1).left];
        """,
        "1",
        "3",
        "true");
  }

  @Test
  void whatIsLostIsToldInItsPlaceAndALaterAttemptReplacesWhatTheNodesLost() {
    assertEquals(
        List.of(
            "first|",
            "(0.4 s lost)",
            "again|",
            "(12 s lost)",
            "(captions lost)",
            "first,(0.4 s lost),second,(12 s lost),(captions lost),again"),
        visit
            .page()
            .scriptAsync(
                """
                const [done] = arguments;
                Promise.all([import('/captions.js'), import('/words.js')]).then(([{Captions}, words]) => {
                  const [rows, spoken] = [document.createElement('ol'), document.createElement('div')];
                  const told = [];
                  new MutationObserver(changes => changes.forEach(({addedNodes}) =>
                    addedNodes.forEach(line => told.push(line.textContent)))).observe(spoken, {childList: true});
                  const captions = new Captions(rows, spoken);
                  captions.clear('');
                  const caption = {role: 'source', lang: 'en-US', final: true};
                  captions.show({...caption, seg: 'a', epoch: 1, rev: 2, text: 'first'});
                  captions.show({...caption, seg: 'a', epoch: 1, rev: 3, text: 'late'});
                  captions.miss(words.ofMissed(0.4));
                  captions.show({...caption, seg: 'b', epoch: 1, rev: 2, text: 'second'});
                  captions.miss(words.ofMissed(12.3));
                  captions.miss(words.ofMissed(0));
                  captions.show({...caption, seg: 'b', epoch: 2, rev: 1, text: 'again'});
                  captions.show({...caption, seg: 'b', epoch: 1, rev: 9, final: false, stable: 'l', tentative: 'ate'});
                  setTimeout(() => done([...[...rows.children].map(row =>
                    [...row.children].map(line => line.textContent).join('|')), told.join()]));
                });
                """));
  }

  private static void assertSeen(String play, String... expected) {
    assertEquals(List.of(expected), visit.page().scriptAsync(PLAY.replace("// The play.", play)));
  }
}
