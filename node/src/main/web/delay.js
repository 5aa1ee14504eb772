const KEPT_MS = 120_000;

/** How late captions are: from when the last of their words were sent to now. */
export class Delay {
  #sampleRate;
  #samples = 0;
  #frames = [];
  #coveredMs = -1;

  constructor(sampleRate) {
    this.#sampleRate = sampleRate;
  }

  /** So many samples go out now. */
  sent(samples) {
    const now = performance.now();
    this.#samples += samples;
    this.#frames.push({ endMs: (this.#samples * 1000) / this.#sampleRate, at: now });
    if (now - this.#frames[0].at > 2 * KEPT_MS) {
      this.#frames = this.#frames.filter((frame) => now - frame.at <= KEPT_MS);
    }
  }

  /** A caption up to this position is shown. Its delay in ms; null when it says nothing new, or it is not known. */
  shown(endMs) {
    if (endMs <= this.#coveredMs) {
      return null;
    }
    this.#coveredMs = endMs;
    const frame = this.#frames.find((candidate) => candidate.endMs >= endMs);
    return frame ? performance.now() - frame.at : null;
  }
}
