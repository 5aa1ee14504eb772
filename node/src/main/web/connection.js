const SUBPROTOCOL = 'dragoman.v1';
const WATCH_EVERY_MS = 500;
const HEARD_WITHIN_MS = 3000;
const KEEPALIVE_AFTER_MS = 5000;

/** The close code for a node that fell silent; a browser's own for a broken connection is 1006. */
export const SILENT = 3000;

/**
 * One connection to a node: audio goes in, messages come out. Knows the wire (docs/protocol.md), and neither sound nor
 * the page.
 */
export class Connection {
  #socket;
  #listener;
  #watch;
  #heardAt = performance.now();
  #sentAt = performance.now();
  #patienceMs;
  #failure = null;

  /**
   * @param {string} sid of the session
   * @param {object} start the first message
   * @param {number} answeredWithinMs how long the node may take to say something
   * @param {{message(message: object): void, closed(code: number, failure: ?object): void}} listener is told every
   *     message, and once the end, with the fatal error that preceded it
   */
  constructor(sid, start, answeredWithinMs, listener) {
    this.#listener = listener;
    this.#patienceMs = answeredWithinMs;
    this.#socket = new WebSocket(address(sid), SUBPROTOCOL);
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.onopen = () => this.#say(start);
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

  /** Leaves at once; the listener is told nothing more. */
  close() {
    clearInterval(this.#watch);
    this.#socket.onmessage = this.#socket.onclose = this.#socket.onopen = null;
    this.#socket.close();
  }

  #hear(message) {
    this.#heardAt = performance.now();
    this.#patienceMs = HEARD_WITHIN_MS;
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
    if (now - this.#heardAt > this.#patienceMs) {
      this.#over(SILENT);
    } else if (now - this.#sentAt >= KEEPALIVE_AFTER_MS) {
      this.#say({ type: 'keepalive' });
    }
  }

  #over(code) {
    this.close();
    this.#listener.closed(code, this.#failure);
  }
}

function address(sid) {
  const url = new URL('v1/session', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  url.search = new URLSearchParams({ sid });
  return url;
}
