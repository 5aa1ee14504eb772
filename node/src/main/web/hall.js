import * as choices from './choices.js';

const REST_AFTER_MS = 3000;
const root = document.documentElement;
const original = document.getElementById('original');
const fullscreen = document.getElementById('fullscreen');
const controls = document.getElementById('controls');

/** The hall view's own controls: the original beside the translation, and the whole screen. */
export function prepareHall() {
  showOriginal(choices.read().original === '1');
  original.addEventListener('click', () => {
    const on = original.getAttribute('aria-pressed') === 'false';
    showOriginal(on);
    choices.write({ ...choices.read(), original: on ? '1' : '' });
  });
  fullscreen.hidden = !document.fullscreenEnabled;
  fullscreen.addEventListener('click', () => {
    const done = document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen();
    done.catch(() => {});
  });
  document.addEventListener('fullscreenchange', () => {
    fullscreen.setAttribute('aria-pressed', String(document.fullscreenElement !== null));
  });
  restWhenNobodyMoves();
}

function showOriginal(on) {
  original.setAttribute('aria-pressed', String(on));
  root.dataset.original = on ? 'shown' : 'hidden';
}

/** The controls fade while captions run and nobody touches anything. */
function restWhenNobodyMoves() {
  let timer;
  const stir = () => {
    root.dataset.rest = 'no';
    clearTimeout(timer);
    timer = setTimeout(() => (root.dataset.rest = 'yes'), REST_AFTER_MS);
  };
  pressOnlyWhatIsSeen();
  for (const event of ['pointermove', 'pointerdown', 'keydown']) {
    document.addEventListener(event, stir, { passive: true });
  }
  stir();
}

/** A touch brings the controls back before it becomes a click: that one presses nothing. */
function pressOnlyWhatIsSeen() {
  let unseen = false;
  const look = () => (unseen = getComputedStyle(controls).pointerEvents === 'none');
  const press = (event) => {
    // A click by the keyboard has no detail.
    if (unseen && event.detail > 0) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  document.addEventListener('pointerdown', look, { capture: true, passive: true });
  controls.addEventListener('click', press, { capture: true });
}
