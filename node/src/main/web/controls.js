import * as choices from './choices.js';
import * as languages from './languages.js';
import * as words from './words.js';

const NO_TRANSLATION = 'none';
const form = document.getElementById('controls');
const { clip, from, to } = form.elements;
const change = document.getElementById('change');
let clips = [];

/** The choices of sound and languages. */
export const controls = {
  /** Fills the lists, and chooses what the address or the last visit says. */
  fill(shipped) {
    clips = shipped;
    clip.replaceChildren(...clips.map(({ name, title }) => new Option(title, name)));
    from.replaceChildren(...languages.byName(languages.SPOKEN).map((tag) => new Option(languages.nameToChoose(tag), tag)));
    to.replaceChildren(
      ...languages.byName(languages.TARGETS).map((tag) => new Option(languages.nameToChoose(tag), tag)),
      new Option('No translation', NO_TRANSLATION));
    const chosen = choices.read();
    form.elements.sound.value = chosen.sound === 'microphone' ? 'microphone' : 'clip';
    choose(clip, chosen.clip);
    choose(from, chosen.from, languages.name);
    choose(to, chosen.to, languages.name);
    show();
  },

  /** What is chosen now. `to` is empty where nothing is to be translated. */
  chosen() {
    const target = to.value === NO_TRANSLATION ? '' : to.value;
    return { sound: form.elements.sound.value, clip: clip.value, from: from.value, to: target };
  },

  /** While a session runs, its choices stay. */
  lock(on) {
    document.getElementById('settings').disabled = on;
    if (on) {
      open(false);
    }
  },
};

form.addEventListener('change', ({ target }) => {
  if (target === clip || (target.name === 'sound' && target.value === 'clip')) {
    choose(from, clips.find(({ name }) => name === clip.value)?.language);
  }
  show();
  choices.write({ ...choices.read(), sound: form.elements.sound.value, clip: clip.value, from: from.value, to: to.value });
  link();
});

change.addEventListener('click', () => open(change.getAttribute('aria-expanded') === 'false'));

/** Chooses a value; one that is not in the list is added where it can be named. */
function choose(select, value, named) {
  if (named && value && ![...select.options].some((option) => option.value === value)) {
    select.add(new Option(named(value), value));
  }
  if ([...select.options].some((option) => option.value === value)) {
    select.value = value;
  }
}

function show() {
  const chosen = controls.chosen();
  document.documentElement.dataset.sound = chosen.sound;
  document.documentElement.dataset.translated = chosen.to ? 'yes' : 'no';
  const said = languages.name(chosen.from);
  const translated = chosen.to ? languages.name(chosen.to) : '';
  document.getElementById('from-name').textContent = said;
  document.getElementById('to-name').textContent = translated;
  const sound = chosen.sound === 'clip' ? clip.selectedOptions[0]?.text : 'Microphone';
  const summary = `${sound}: ${said}${translated && ` → ${translated}`}`;
  change.textContent = summary;
  document.getElementById('what-comes').textContent = words.ofWhatComes(choices.view(), translated, summary);
  link();
}

function link() {
  const chosen = choices.read();
  document.getElementById('to-hall').href = choices.link(chosen, 'hall');
  document.getElementById('from-hall').href = choices.link(chosen, 'desk');
}

/** On a narrow screen the choices make room for the captions. */
function open(on) {
  change.setAttribute('aria-expanded', String(on));
  document.documentElement.dataset.settings = on ? 'open' : 'closed';
}

open(true);
