import { Captions } from './captions.js';
import { shippedClips } from './clip.js';
import { controls } from './controls.js';
import { follow } from './follow.js';
import { prepareHall } from './hall.js';
import { Live } from './live.js';
import { notice, status } from './status.js';
import { keepAwake } from './wake-lock.js';
import * as words from './words.js';

const byId = (id) => document.getElementById(id);
const start = byId('start');
const mute = byId('mute');
const captions = new Captions(byId('rows'), byId('spoken'));
const scroller = follow(byId('scroller'), byId('newest'));

/** What the button does next, in each state. */
const ACTIONS = {
  idle: 'Start',
  connecting: 'Cancel',
  live: 'Stop',
  away: 'Stop',
  ending: 'Stop now',
  ended: 'Start',
  failed: 'Start',
};

let live = null;

const view = {
  state(name) {
    status.state(name);
    start.textContent = ACTIONS[name];
  },
  started({ node, stand_in: standIn }) {
    view.state('live');
    status.node(node);
    status.standIns(words.ofStandIns(standIn ?? []));
    keepAwake(true);
    showMuted();
  },
  away(what, keptSeconds) {
    status.waiting(what);
    status.kept(keptSeconds);
  },
  kept: status.kept,
  back(node, what) {
    status.node(node);
    status.delay(null);
    status.passing(what);
    showMuted();
  },
  caption(message) {
    scroller.grow(() => captions.show(message));
  },
  missed(seconds) {
    scroller.grow(() => captions.miss(words.ofMissed(seconds)));
  },
  delay: status.delay,
  waiting: status.waiting,
  trouble: notice.trouble,
  passed: notice.passed,
  wrong: (what) => notice.show(what),
  over(wrong) {
    live = null;
    view.state(wrong ? 'failed' : 'ended');
    status.waiting('');
    controls.lock(false);
    keepAwake(false);
    if (wrong) {
      notice.show(wrong);
    }
  },
};

function muted() {
  return mute.getAttribute('aria-pressed') === 'true';
}

function showMuted() {
  status.muted(muted() && controls.chosen().sound === 'microphone');
}

byId('controls').addEventListener('submit', (event) => {
  event.preventDefault();
  if (live) {
    live.stop();
    return;
  }
  const chosen = controls.chosen();
  notice.hide();
  status.delay(null);
  captions.clear(chosen.to);
  scroller.toNewest();
  controls.lock(true);
  live = new Live(chosen, muted(), view);
  live.start();
});

mute.addEventListener('click', () => {
  mute.setAttribute('aria-pressed', String(!muted()));
  live?.mute(muted());
  showMuted();
});

prepareHall();
controls.fill(
  await shippedClips().catch(() => {
    notice.show(words.ofClip());
    return [];
  }));
view.state('idle');
start.disabled = false;
