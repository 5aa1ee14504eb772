import { Resampler } from './resampler.js';

/** Turns what a microphone hears into frames of 16-bit samples at the rate that is asked for. */
class MicrophoneProcessor extends AudioWorkletProcessor {
  #resampler;
  #frame;
  #filled = 0;
  #frameSamples;

  constructor({ processorOptions: { rate, frameSamples } }) {
    super();
    this.#resampler = rate === sampleRate ? null : new Resampler(sampleRate, rate);
    this.#frameSamples = frameSamples;
    this.#frame = new Int16Array(frameSamples);
  }

  process([[heard]]) {
    if (heard) {
      for (const sample of this.#resampler ? this.#resampler.push(heard) : heard) {
        this.#take(sample);
      }
    }
    return true;
  }

  #take(sample) {
    this.#frame[this.#filled++] = Math.round(Math.max(-1, Math.min(1, sample)) * 32767);
    if (this.#filled === this.#frameSamples) {
      this.port.postMessage(this.#frame, [this.#frame.buffer]);
      this.#frame = new Int16Array(this.#frameSamples);
      this.#filled = 0;
    }
  }
}

registerProcessor('microphone', MicrophoneProcessor);
