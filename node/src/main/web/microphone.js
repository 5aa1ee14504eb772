const RATE = 24000;
const FRAME_SAMPLES = RATE / 20;

/** There is no microphone for pages that come over an unprotected connection. */
export class InsecureError extends Error {
  name = 'InsecureError';
}

/** The microphone as a source of sound. */
export class Microphone {
  #context;
  #stream;
  #node;
  #muted = false;

  sampleRate = RATE;

  /** Asks the person for it, where they were not asked before. */
  async open() {
    if (!navigator.mediaDevices?.getUserMedia || !globalThis.isSecureContext) {
      throw new InsecureError();
    }
    this.#stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    this.mute(this.#muted);
    const input = this.#connectAtRate() ?? this.#connect(new AudioContext());
    await this.#context.audioWorklet.addModule('microphone-worklet.js');
    this.#node = new AudioWorkletNode(this.#context, 'microphone', {
      processorOptions: { rate: RATE, frameSamples: FRAME_SAMPLES },
    });
    input.connect(this.#node).connect(this.#context.destination);
    await this.#context.resume();
  }

  /** @param {{audio(pcm: Int16Array): void, failed(error: Error): void}} listener */
  start(listener) {
    this.#node.port.onmessage = ({ data }) => {
      if (!this.#muted) {
        listener.audio(data);
      }
    };
    for (const track of this.#stream.getTracks()) {
      track.onended = () => listener.failed(new DOMException('', 'TakenAwayError'));
    }
  }

  /** While it is muted nothing is heard or sent. */
  mute(muted) {
    this.#muted = muted;
    for (const track of this.#stream?.getTracks() ?? []) {
      track.enabled = !muted;
    }
  }

  stop() {
    for (const track of this.#stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.#context?.close().catch(() => {});
    this.#context = undefined;
  }

  /** Where the browser resamples by itself; null where it refuses to. */
  #connectAtRate() {
    const context = new AudioContext({ sampleRate: RATE });
    try {
      return this.#connect(context);
    } catch {
      context.close();
      return null;
    }
  }

  #connect(context) {
    const input = context.createMediaStreamSource(this.#stream);
    this.#context = context;
    return input;
  }
}
