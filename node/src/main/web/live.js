import { Clip } from './clip.js';
import { SILENT } from './connection.js';
import { Delay } from './delay.js';
import { Microphone } from './microphone.js';
import { Session } from './session.js';
import * as words from './words.js';

const ENDED = 1000;

/** Trouble that source captions end; any other is over when the node has not told of it for a while. */
const UNHEARD = 'speech_unavailable';
const TROUBLE_TOLD_MS = 10_000;

/** One run from Start to the end: a source of sound, a session, and what comes back. */
export class Live {
  #chosen;
  #view;
  #source;
  #session;
  #delay;
  /** Whether a node ever said that the session runs. */
  #reached = false;
  /** Whether sound is being sent, or kept while the connection is lost. */
  #sending = false;
  /** Whether the connection is lost. */
  #away = false;
  #over = false;

  /**
   * @param {object} chosen sound, clip, from, to
   * @param {boolean} muted
   * @param {object} view is told what to show: state, started, away (while the connection is lost) with how much is
   *     kept, back, caption, missed (what will have none), delay, waiting, trouble (which comes again and again) and when
   *     it has passed, wrong (which stays), and once over (with what is wrong, or nothing)
   */
  constructor(chosen, muted, view) {
    this.#chosen = chosen;
    this.#view = view;
    this.#source = chosen.sound === 'microphone' ? new Microphone() : new Clip(chosen.clip);
    this.#source.mute(muted);
  }

  /** Call this where the person pressed something, else no sound is allowed. */
  async start() {
    this.#view.state('connecting');
    try {
      await this.#source.open();
    } catch (error) {
      this.#finish(this.#chosen.sound === 'microphone' ? words.ofMicrophone(error) : words.ofClip());
      return;
    }
    if (this.#over) {
      this.#source.stop();
      return;
    }
    this.#delay = new Delay(this.#source.sampleRate);
    this.#session = new Session(
      { sampleRate: this.#source.sampleRate, from: this.#chosen.from, to: this.#chosen.to },
      {
        message: (message) => this.#hear(message),
        lost: () => this.#lost(),
        missed: (samples) => this.#view.missed(samples / this.#source.sampleRate),
        closed: (code, failure) => this.#closed(code, failure),
      });
  }

  /** Ends the session after what was said; the second time, and before it is live, at once. */
  stop() {
    if (this.#sending) {
      this.#sending = false;
      this.#source.stop();
      this.#view.state('ending');
      if (this.#away) {
        this.#view.waiting(words.ofAway(false));
      }
      this.#session.end();
    } else {
      this.#finish();
      this.#session?.close();
    }
  }

  mute(muted) {
    this.#source.mute(muted);
    if (muted && this.#sending && this.#chosen.sound === 'microphone') {
      this.#session.finalize();
    }
  }

  #hear(message) {
    switch (message.type) {
      case 'session.started':
        if (this.#reached) {
          this.#delay = new Delay(this.#source.sampleRate);
          this.#back(message);
        } else {
          this.#begin(message);
        }
        break;
      case 'session.resumed':
        this.#back(message);
        break;
      case 'caption':
        this.#view.caption(message);
        this.#measure(message);
        if (message.role === 'source') {
          this.#view.passed(UNHEARD);
        }
        break;
      case 'status':
        this.#view.waiting(words.ofStatus(message));
        break;
      case 'error':
        if (!message.fatal) {
          this.#tell(message);
        }
        break;
    }
  }

  #begin(started) {
    this.#reached = this.#sending = true;
    this.#view.started(started);
    this.#source.start({
      audio: (pcm) => this.#say(pcm),
      ended: () => this.#sending && this.stop(),
      failed: (error) => this.#loseSound(words.ofMicrophone(error)),
    });
  }

  #lost() {
    this.#away = true;
    this.#view.passed(UNHEARD);
    this.#view.state(this.#sending ? 'away' : 'ending');
    this.#view.away(words.ofAway(this.#sending), this.#session.keptSeconds);
  }

  /** The session goes on in another connection; nobody need have noticed. */
  #back({ node }) {
    this.#view.state(this.#sending ? 'live' : 'ending');
    this.#view.back(node, this.#away ? words.ofReturn() : '');
    this.#away = false;
  }

  /** That speech is not heard is told once while sound is sent, anew after it, and when nothing is kept any more. */
  #tell(error) {
    const unheard = error.code === UNHEARD;
    const kind = `${unheard && this.#sending} ${error.kept_ms === 0}`;
    this.#view.trouble(error.code, kind, words.ofError(error), unheard ? null : TROUBLE_TOLD_MS);
  }

  /** Sound that a source had under way when it was stopped would come after the session's end. */
  #say(pcm) {
    if (this.#sending) {
      this.#session.audio(pcm);
      this.#delay.sent(pcm.length);
      if (this.#away) {
        this.#view.kept(this.#session.keptSeconds);
      }
    }
  }

  #measure({ role, end_ms: endMs }) {
    if (role === (this.#chosen.to ? 'translation' : 'source')) {
      const ms = this.#delay.shown(endMs);
      if (ms !== null) {
        this.#view.delay(ms);
      }
    }
  }

  /** The sound is gone: what was said is finished, and the person told. */
  #loseSound(what) {
    this.#view.wrong(what);
    if (this.#sending) {
      this.stop();
    }
  }

  #closed(code, failure) {
    if (failure) {
      this.#finish(words.ofError(failure));
    } else if (code === ENDED) {
      this.#finish();
    } else if (!this.#reached && (code === 1006 || code === SILENT)) {
      this.#finish(words.ofNoConnection());
    } else {
      this.#finish(words.ofClose(code));
    }
  }

  #finish(wrong) {
    if (!this.#over) {
      this.#over = true;
      this.#source.stop();
      if (this.#away) {
        this.#view.delay(null);
      }
      this.#view.passed(UNHEARD);
      this.#view.over(wrong);
    }
  }
}
