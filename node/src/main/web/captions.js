const MOST_ROWS = 300;
const SPOKEN_KEPT = 3;
const NOT_TRANSLATED = { text: '(not translated)', lang: 'en' };

/**
 * The captions on the page: a row for each segment, what was said on the left and its translation on the right. A
 * caption is shown in its place whenever it comes, and rows are only added below, so that nothing that is being read
 * moves.
 */
export class Captions {
  #rows;
  #spoken;
  #bySegment = new Map();
  /** The role of which the screen reader tells finals. */
  #told = 'translation';

  /**
   * @param {HTMLElement} rows where rows are added
   * @param {HTMLElement} spoken the live region, which gets finals only
   */
  constructor(rows, spoken) {
    this.#rows = rows;
    this.#spoken = spoken;
  }

  /** @param {string} to the language of translations; empty for none */
  clear(to) {
    this.#bySegment.clear();
    this.#rows.replaceChildren();
    this.#spoken.replaceChildren();
    this.#rows.classList.toggle('single', !to);
    this.#told = to ? 'translation' : 'source';
  }

  /** Shows a caption message. */
  show(caption) {
    const cell = this.#row(caption.seg)[caption.role];
    if (!cell || comesBefore(caption, cell)) {
      return;
    }
    cell.epoch = caption.epoch;
    cell.rev = caption.rev;
    cell.final = caption.final;
    cell.place.lang = caption.lang;
    if (caption.final) {
      const missing = caption.role === 'translation' && caption.text === '';
      cell.stable.textContent = caption.text;
      cell.tentative.textContent = '';
      if (missing) {
        cell.tentative.textContent = NOT_TRANSLATED.text;
        cell.tentative.lang = NOT_TRANSLATED.lang;
      }
      if (caption.role === this.#told) {
        this.#tell(missing ? NOT_TRANSLATED : caption);
      }
    } else {
      cell.stable.textContent = caption.stable;
      cell.tentative.textContent = caption.tentative;
    }
  }

  /** Says in its place that something has no captions. */
  miss(what) {
    const place = document.createElement('li');
    const line = document.createElement('p');
    line.className = 'missed';
    line.lang = what.lang;
    line.textContent = what.text;
    place.append(line);
    this.#add(Symbol('missed'), { place });
    this.#tell(what);
  }

  #row(segment) {
    let row = this.#bySegment.get(segment);
    if (!row) {
      const place = document.createElement('li');
      row = { place, source: cell('said'), translation: cell('translated') };
      place.append(row.source.place, row.translation.place);
      this.#add(segment, row);
    }
    return row;
  }

  #add(segment, row) {
    this.#rows.append(row.place);
    this.#bySegment.set(segment, row);
    if (this.#bySegment.size > MOST_ROWS) {
      const [segment, { place }] = this.#bySegment.entries().next().value;
      place.remove();
      this.#bySegment.delete(segment);
    }
  }

  #tell({ text, lang }) {
    if (text === '') {
      return;
    }
    const line = document.createElement('p');
    line.lang = lang;
    line.dir = 'auto';
    line.textContent = text;
    this.#spoken.append(line);
    while (this.#spoken.childElementCount > SPOKEN_KEPT) {
      this.#spoken.firstElementChild.remove();
    }
  }
}

function cell(kind) {
  const place = document.createElement('p');
  place.className = kind;
  place.dir = 'auto';
  const stable = document.createElement('span');
  const tentative = document.createElement('span');
  tentative.className = 'tentative';
  place.append(stable, tentative);
  return { place, stable, tentative, epoch: 0, rev: 0, final: false };
}

/** An attempt at a segment begins its text anew, even a finished one: that comes only where the nodes lost it. */
function comesBefore(caption, cell) {
  return caption.epoch < cell.epoch || (caption.epoch === cell.epoch && (cell.final || caption.rev < cell.rev));
}
