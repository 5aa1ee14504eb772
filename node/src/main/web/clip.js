import { readWav } from './wav.js';

const LONGEST_FRAME_S = 0.1;
const SHORTEST_FRAME_S = 0.04;
const FETCHED_WITHIN_MS = 15_000;
const LOUDSPEAKER_WITHIN_MS = 1000;
const LEAD_S = 0.05;

/** The clips that the server ships: name, title, language, duration_ms. */
export async function shippedClips() {
  const answer = await fetch('clips/');
  if (!answer.ok) {
    throw new Error(`clips: ${answer.status}`);
  }
  return answer.json();
}

/**
 * A clip as a source of sound: its own samples are sent in real time, and heard as they are sent, since the
 * loudspeaker's clock says what is due.
 */
export class Clip {
  #name;
  #context;
  #loudness;
  #ticker;
  #muted = false;
  #recording;
  /** In seconds, since whenever. */
  #now;

  constructor(name) {
    this.#name = name;
  }

  get sampleRate() {
    return this.#recording.sampleRate;
  }

  /** Fetches it. Call this where the person pressed something, else no sound is allowed. */
  async open() {
    this.#context = new AudioContext();
    this.#loudness = this.#context.createGain();
    this.#loudness.connect(this.#context.destination);
    this.mute(this.#muted);
    const running = this.#context.resume().catch(() => {});
    const answer = await fetch(`clips/${encodeURIComponent(this.#name)}.wav`, {
      signal: AbortSignal.timeout(FETCHED_WITHIN_MS),
    });
    if (!answer.ok) {
      throw new Error(`the clip ${this.#name} was answered with ${answer.status}`);
    }
    this.#recording = readWav(await answer.arrayBuffer());
    await Promise.race([running, new Promise((resolve) => setTimeout(resolve, LOUDSPEAKER_WITHIN_MS))]);
  }

  /** @param {{audio(pcm: Int16Array): void, ended(): void}} listener */
  start(listener) {
    const from = this.#play();
    const { pcm, sampleRate } = this.#recording;
    let sent = 0;
    this.#ticker = new Worker('ticker.js');
    this.#ticker.onmessage = () => {
      const due = Math.min(Math.floor((this.#now() - from) * sampleRate), pcm.length);
      while (due - sent >= SHORTEST_FRAME_S * sampleRate || (due === pcm.length && sent < due)) {
        const end = Math.min(due, sent + LONGEST_FRAME_S * sampleRate);
        listener.audio(pcm.subarray(sent, end));
        sent = end;
      }
      if (sent === pcm.length) {
        this.stop();
        listener.ended();
      }
    };
  }

  /** Silences the loudspeaker; the clip goes on. */
  mute(muted) {
    this.#muted = muted;
    if (this.#loudness) {
      this.#loudness.gain.value = muted ? 0 : 1;
    }
  }

  stop() {
    this.#ticker?.terminate();
    this.#context?.close().catch(() => {});
    this.#context = undefined;
  }

  /** Starts the loudspeaker; the time when its first sample is due. */
  #play() {
    const { pcm, sampleRate } = this.#recording;
    const buffer = this.#context.createBuffer(1, pcm.length, sampleRate);
    buffer.copyToChannel(Float32Array.from(pcm, (sample) => sample / 32768), 0);
    const player = this.#context.createBufferSource();
    player.buffer = buffer;
    player.connect(this.#loudness);
    this.#now = this.#clock();
    const from = this.#now() + LEAD_S;
    player.start(this.#context.currentTime + LEAD_S);
    return from;
  }

  /** In seconds: the loudspeaker's, or where there is none, the wall's. */
  #clock() {
    const context = this.#context;
    return context.state === 'running' ? () => context.currentTime : () => performance.now() / 1000;
  }
}
