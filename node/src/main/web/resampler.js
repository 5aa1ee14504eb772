const CROSSINGS = 16;

/** Changes the rate of a stream of samples, with a low-pass (windowed sinc) against what the new rate cannot carry. */
export class Resampler {
  #from;
  #to;
  #half;
  #kernels = new Map();
  #cutoff;
  /** The samples that are still needed; the one at `half` is where the next output lies, or just before it. */
  #held;
  /** How far behind that sample it lies, in 1/to. */
  #phase = 0;

  constructor(from, to) {
    this.#from = from;
    this.#to = to;
    this.#cutoff = 0.94 * Math.min(1, to / from);
    this.#half = Math.ceil(CROSSINGS / this.#cutoff);
    this.#held = new Float32Array(this.#half);
  }

  /** @param {Float32Array} samples the next ones @returns {Float32Array} what can be said of them already */
  push(samples) {
    const held = new Float32Array(this.#held.length + samples.length);
    held.set(this.#held);
    held.set(samples, this.#held.length);
    const out = [];
    let at = 0;
    while (at + 2 * this.#half < held.length) {
      const kernel = this.#kernel();
      let sum = 0;
      for (let i = 0; i < kernel.length; i++) {
        sum += kernel[i] * held[at + i];
      }
      out.push(sum);
      this.#phase += this.#from;
      at += Math.floor(this.#phase / this.#to);
      this.#phase %= this.#to;
    }
    this.#held = held.slice(at);
    return Float32Array.from(out);
  }

  /** The weights of the samples around the next output. There are only as many as the two rates have phases. */
  #kernel() {
    let kernel = this.#kernels.get(this.#phase);
    if (!kernel) {
      const fraction = this.#phase / this.#to;
      kernel = Float32Array.from({ length: 2 * this.#half + 1 }, (_, i) => this.#weight(i - this.#half - fraction));
      const sum = kernel.reduce((a, b) => a + b);
      kernel = kernel.map((weight) => weight / sum);
      this.#kernels.set(this.#phase, kernel);
    }
    return kernel;
  }

  #weight(distance) {
    const x = Math.PI * this.#cutoff * distance;
    const window = Math.abs(distance) <= this.#half ? 0.5 + 0.5 * Math.cos((Math.PI * distance) / this.#half) : 0;
    return (x === 0 ? 1 : Math.sin(x) / x) * window;
  }
}
