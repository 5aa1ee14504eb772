const SILENT_FRAME = 2400;

/**
 * The audio that a session may have to send again: what is not acknowledged, as long as there is room. The oldest is
 * forgotten first. Positions are samples of the session.
 */
export class Ring {
  #capacity;
  /** Int16Arrays, none of them empty. */
  #frames = [];
  #oldest;
  #end;

  /**
   * @param {number} capacity in samples
   * @param {number} from the position of the first sample
   */
  constructor(capacity, from) {
    this.#capacity = capacity;
    this.#oldest = this.#end = from;
  }

  /** The position of the oldest sample that is kept; of the next one, where none is. */
  get oldest() {
    return this.#oldest;
  }

  /** How many samples are kept. */
  get length() {
    return this.#end - this.#oldest;
  }

  /** @param {Int16Array} pcm the next samples, which nobody changes any more */
  push(pcm) {
    if (pcm.length > 0) {
      this.#frames.push(pcm);
      this.#end += pcm.length;
      this.forget(this.#end - this.#capacity);
    }
  }

  /** Forgets what comes before a position. */
  forget(before) {
    while (this.#frames.length > 0 && this.#oldest < before) {
      const first = this.#frames[0];
      const gone = Math.min(before - this.#oldest, first.length);
      this.#oldest += gone;
      if (gone === first.length) {
        this.#frames.shift();
      } else {
        this.#frames[0] = first.subarray(gone);
      }
    }
  }

  /** Frames from exactly a position on, before which nothing is needed any more; silent ones for what is forgotten. */
  *from(position) {
    this.forget(position);
    for (let at = position; at < this.#oldest; at += SILENT_FRAME) {
      yield new Int16Array(Math.min(SILENT_FRAME, this.#oldest - at));
    }
    yield* this.#frames;
  }
}
