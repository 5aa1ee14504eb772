const SUBPROTOCOL = 'dragoman.v1';
const WATCH_EVERY_MS = 1000;
const HEARD_WITHIN_MS = 3000;
const CONNECTED_WITHIN_MS = 10000;
const KEEPALIVE_AFTER_MS = 5000;

/** The close code for a node that fell silent; a browser's own for a broken connection is 1006. */
export const SILENT = 3000;

/**
 * One session with a node: audio goes in, messages come out. Knows the wire (docs/protocol.md), and neither sound nor
 * the page.
 */
export class Connection {
  #socket;
  #listener;
  #watch;
  #heardAt = performance.now();
  #sentAt = performance.now();
  #failure = null;
  #started = false;

  /**
   * @param {object} start what to ask for: sampleRate, from, to (or none)
   * @param {{message(message: object): void, closed(code: number, failure: ?object): void}} listener is told every
   *     message, and once the end, with the fatal error that preceded it
   */
  constructor(start, listener) {
    this.#listener = listener;
    this.#socket = new WebSocket(address(), SUBPROTOCOL);
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.onopen = () => this.#say({
      type: 'session.start',
      kind: 'translation',
      audio: { encoding: 'pcm_s16le', sample_rate: start.sampleRate, channels: 1 },
      source: [start.from],
      targets: start.to ? [{ lang: start.to }] : [],
      partials: { translate: true, stability: 'balanced' },
    });
    this.#socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    this.#socket.onclose = ({ code }) => this.#over(code);
    this.#watch = setInterval(() => this.#look(), WATCH_EVERY_MS);
  }

  /** @param {Int16Array} pcm */
  audio(pcm) {
    this.#send(pcm);
  }

  /** Makes what was said so far final. */
  finalize() {
    this.#say({ type: 'finalize' });
  }

  /** No audio follows; what was said is finished. */
  end() {
    this.#say({ type: 'session.end' });
  }

  /** Leaves at once. */
  close() {
    this.#over(1000);
  }

  #hear(message) {
    this.#heardAt = performance.now();
    this.#started ||= message.type === 'session.started';
    if (message.type === 'error' && message.fatal) {
      this.#failure = message;
    }
    this.#listener.message(message);
  }

  #say(message) {
    this.#send(JSON.stringify(message));
  }

  #send(data) {
    if (this.#socket.readyState === WebSocket.OPEN) {
      this.#sentAt = performance.now();
      this.#socket.send(data);
    }
  }

  /** A node says something every second, and wants to hear now and then from a client without audio. */
  #look() {
    const now = performance.now();
    if (now - this.#heardAt > (this.#started ? HEARD_WITHIN_MS : CONNECTED_WITHIN_MS)) {
      this.#over(SILENT);
    } else if (now - this.#sentAt >= KEEPALIVE_AFTER_MS) {
      this.#say({ type: 'keepalive' });
    }
  }

  #over(code) {
    if (this.#watch !== undefined) {
      clearInterval(this.#watch);
      this.#watch = undefined;
      this.#socket.onmessage = this.#socket.onclose = this.#socket.onopen = null;
      this.#socket.close();
      this.#listener.closed(code, this.#failure);
    }
  }
}

function address() {
  const url = new URL('v1/session', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  url.search = new URLSearchParams({ sid: sid() });
  return url;
}

/** 24 characters that nobody else chose. */
function sid() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
