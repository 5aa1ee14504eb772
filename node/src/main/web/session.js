import { Connection } from './connection.js';
import { Remedy, remedy } from './remedy.js';
import { Ring } from './ring.js';

const ENDED = 1000;
const FIRST_ANSWER_MS = 10_000;
const ANSWER_MS = 5000;
const SHORTEST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4000;

/** A connection that lived so long was a good one: the next is tried at once. */
const STEADY_MS = 5000;

/**
 * One session from its start to its end, over as many connections as it takes (docs/protocol.md, "Resuming"). Where its
 * connection is lost, or its node leaves, it goes on in another; audio is kept meanwhile. What was said is told once,
 * and a session that the nodes do not keep any more is followed by a new one.
 */
export class Session {
  #request;
  #listener;
  #open;
  #sid;
  /** What resumes the session; null where a new one is to begin. */
  #token = null;
  /** How the session was lost that a new one is to follow; null where none is. */
  #gone = null;
  #lastSeq = 0;
  #windowMs = 0;
  /** Null until the first session runs. @type {?Ring} */
  #ring = null;
  /** The connection that has the session; null while it is lost. */
  #connection = null;
  #connectedAt = 0;
  /** The connection that is to have it. */
  #attempt = null;
  #tries = 0;
  #timer = null;
  #lostAt = 0;
  /** When each remedy that is not to be used again and again was last used. */
  #usedAt = new Map();
  /** Whether what was said is to be made final, which no node was told. */
  #finalizing = false;
  /** Whether no audio follows. */
  #ending = false;
  /** Whether a node said that all is finished. */
  #ended = false;

  /**
   * @param {object} request what to ask for: sampleRate, from, to (or none)
   * @param {object} listener `message(message)` is told every message, once; `lost()` that the connection is, which
   *     `session.resumed`, or `session.started` of a new session, makes good; `missed(samples)` how much audio will
   *     have no captions; `closed(code, failure)` once the end, with the fatal error that preceded it
   * @param {function(string, object, number, object): Connection} open makes a connection
   */
  constructor(request, listener, open = (...all) => new Connection(...all)) {
    this.#request = request;
    this.#listener = listener;
    this.#open = open;
    addEventListener('online', this.#online);
    this.#try();
  }

  /** How much audio is kept, in seconds. */
  get keptSeconds() {
    return this.#ring.length / this.#request.sampleRate;
  }

  /** @param {Int16Array} pcm the next samples, once the session runs; nobody changes them any more */
  audio(pcm) {
    this.#ring.push(pcm);
    this.#connection?.audio(pcm);
  }

  /** Makes what was said so far final. */
  finalize() {
    this.#finalizing = this.#connection === null;
    this.#connection?.finalize();
  }

  /** No audio follows; what was said is finished, unless its session is gone: then there is nothing to wait for. */
  end() {
    this.#ending = true;
    this.#connection?.end();
    if (this.#gone) {
      this.#over(this.#gone.code, this.#gone.failure);
    }
  }

  /** Leaves at once; the listener is told nothing more. */
  close() {
    removeEventListener('online', this.#online);
    clearTimeout(this.#timer);
    this.#attempt?.close();
    this.#connection?.close();
    this.#attempt = this.#connection = null;
  }

  #online = () => {
    if (this.#connection === null) {
      this.#try();
    }
  };

  #try() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#attempt?.close();
    this.#tries++;
    if (this.#token === null) {
      this.#sid = newSid();
    }
    const attempt = this.#open(this.#sid, this.#start(), this.#ring ? ANSWER_MS : FIRST_ANSWER_MS, {
      message: (message) => this.#hear(attempt, message),
      closed: (code, failure) => this.#closed(attempt, code, failure),
    });
    this.#attempt = attempt;
  }

  #start() {
    const { sampleRate, from, to } = this.#request;
    return {
      type: 'session.start',
      kind: 'translation',
      audio: { encoding: 'pcm_s16le', sample_rate: sampleRate, channels: 1 },
      source: [from],
      targets: to ? [{ lang: to }] : [],
      partials: { translate: true, stability: 'balanced' },
      resume: this.#token
        ? { token: this.#token, last_seq: this.#lastSeq, oldest_sample: this.#ring.oldest }
        : undefined,
    };
  }

  #hear(from, message) {
    if (message.type === 'session.started') {
      this.#begin(from, message);
    } else if (message.type === 'session.resumed') {
      this.#resume(from, message);
    }
    if (from !== this.#connection || message.seq <= this.#lastSeq) {
      return;
    }
    this.#lastSeq = message.seq ?? this.#lastSeq;
    switch (message.type) {
      case 'audio.ack':
        this.#ring.forget(message.sample);
        break;
      case 'gap':
        this.#listener.missed(message.to_sample - message.from_sample);
        break;
      case 'session.moving':
        this.#move();
        break;
      case 'session.ended':
        this.#ended = true;
        break;
    }
    this.#listener.message(message);
  }

  /** What is kept is the length of the window, and what the node may not have heard yet when the connection is lost. */
  #begin(connection, { from_sample: from, limits, ...terms }) {
    const unheard = this.#ring?.length ?? 0;
    const seconds = terms.resume_window_s + limits.buffered_audio_ms / 1000;
    this.#ring = new Ring(seconds * this.#request.sampleRate, from);
    this.#lastSeq = 0;
    this.#take(connection, terms);
    if (unheard > 0) {
      this.#listener.missed(unheard);
    }
    if (this.#ending) {
      connection.end();
    }
  }

  /** Sends what is kept at once: the node takes it no faster than it wants. */
  #resume(connection, { from_sample: from, ...terms }) {
    const forgotten = this.#ring.oldest - from;
    this.#take(connection, terms);
    for (const pcm of this.#ring.from(from)) {
      connection.audio(pcm);
    }
    if (forgotten > 0) {
      this.#listener.missed(forgotten);
    }
    if (this.#finalizing) {
      this.finalize();
    }
    if (this.#ending) {
      connection.end();
    }
  }

  #take(connection, { resume_token: token, resume_window_s: windowS }) {
    this.#connection?.close();
    this.#connection = connection;
    this.#connectedAt = performance.now();
    this.#attempt = null;
    this.#token = token;
    this.#gone = null;
    this.#windowMs = 1000 * windowS;
  }

  /** The connection goes on until another has the session. */
  #move() {
    if (this.#attempt === null && this.#timer === null) {
      this.#forgiveTries();
      this.#later(0);
    }
  }

  #closed(from, code, failure) {
    const carried = from === this.#connection;
    if (carried) {
      this.#connection = null;
      this.#lostAt = performance.now();
    } else {
      this.#attempt = null;
    }
    let what = this.#ring === null || this.#ended ? Remedy.NONE : remedy(code, failure, carried);
    if (what === Remedy.RESUME_OR_ANEW) {
      what = this.#useOnce(what) ? Remedy.RESUME : Remedy.ANEW;
    }
    if (this.#connection === null && !this.#helps(what)) {
      this.#over(this.#ended ? ENDED : code, failure);
      return;
    }
    if (carried) {
      this.#forgiveTries();
      this.#listener.lost();
    }
    if (this.#attempt === null) {
      if (what === Remedy.ANEW && this.#connection === null) {
        this.#token = null;
        this.#gone = { code, failure };
      }
      this.#later(failure?.retry_after_ms ?? 0);
    }
  }

  #over(code, failure) {
    this.close();
    this.#listener.closed(code, failure);
  }

  /** Whether there is anything to hope for. */
  #helps(what) {
    switch (what) {
      case Remedy.NONE:
        return false;
      case Remedy.RESUME:
        return performance.now() - this.#lostAt <= this.#windowMs;
      default:
        return this.#attempt !== null || (this.#useOnce(what) && !(what === Remedy.ANEW && this.#ending));
    }
  }

  /** Whether this is the first use of a remedy for as long as a session is kept. */
  #useOnce(what) {
    const now = performance.now();
    const before = this.#usedAt.get(what) ?? -Infinity;
    this.#usedAt.set(what, now);
    return now - before > this.#windowMs;
  }

  /** After a connection that was good the next is tried at once. */
  #forgiveTries() {
    if (performance.now() - this.#connectedAt > STEADY_MS) {
      this.#tries = 0;
    }
  }

  /** Tries again after what was asked for, and a random pause under a bound that doubles. */
  #later(askedMs) {
    const bound = this.#tries === 0 ? 0 : Math.min(SHORTEST_PAUSE_MS * 2 ** (this.#tries - 1), LONGEST_PAUSE_MS);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#try(), askedMs + Math.random() * bound);
  }
}

/** 24 characters that nobody else chose. */
function newSid() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
