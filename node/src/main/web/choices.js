/**
 * What the person chose, kept in the address, so that a link opens a prepared page, and in the browser for the next
 * visit. The address wins.
 */
const DEFAULTS = { sound: 'clip', clip: 'conference', from: 'en-US', to: 'es', original: '' };
const KEY = 'dragoman.choices';

export function read() {
  const chosen = { ...DEFAULTS, ...remembered() };
  const address = new URLSearchParams(location.search);
  for (const key of Object.keys(DEFAULTS)) {
    chosen[key] = address.get(key) ?? chosen[key];
  }
  return chosen;
}

export function write(chosen) {
  history.replaceState(null, '', link(chosen, view()));
  try {
    localStorage.setItem(KEY, JSON.stringify(chosen));
  } catch {
    // The browser keeps nothing for this page; the address still does.
  }
}

/** The address of the page as it is prepared, in a view. */
export function link(chosen, inView) {
  const address = new URLSearchParams();
  if (inView === 'hall') {
    address.set('view', 'hall');
  }
  for (const key of Object.keys(DEFAULTS)) {
    if (key !== 'original' || chosen.original) {
      address.set(key, chosen[key]);
    }
  }
  return `?${address}`;
}

/** `hall` or `desk`. */
export function view() {
  return document.documentElement.dataset.view;
}

function remembered() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return Object.fromEntries(
      Object.entries(kept).filter(([key, value]) => key in DEFAULTS && typeof value === 'string'));
  } catch {
    return {};
  }
}
