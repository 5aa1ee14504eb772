const STATES = {
  idle: 'Ready',
  connecting: 'Connecting…',
  live: 'Live',
  ending: 'Finishing…',
  ended: 'Ended',
  failed: 'Stopped',
};

const byId = (id) => document.getElementById(id);

/** How the session stands, below the captions. */
export const status = {
  /** @param {keyof STATES} name */
  state(name) {
    document.documentElement.dataset.state = name;
    byId('state').textContent = STATES[name];
  },

  muted(muted) {
    if (document.documentElement.dataset.state === 'live') {
      byId('state').textContent = muted ? 'Live, muted' : STATES.live;
    }
  },

  node(name) {
    byId('node').textContent = name && `Node ${name}`;
  },

  delay(ms) {
    byId('delay').textContent = ms === null ? '' : `Delay ${(ms / 1000).toFixed(1)} s`;
  },

  waiting(words) {
    byId('waiting').textContent = words;
  },

  standIns(words) {
    byId('stand-ins').textContent = words;
  },
};

/** A message over the captions: what is wrong, and what to do. */
export const notice = {
  /** @param {boolean} passing whether it is over once captions come again */
  show({ what, todo }, passing = false) {
    byId('notice').dataset.passing = String(passing);
    const strong = document.createElement('strong');
    strong.textContent = what;
    byId('notice').hidden = false;
    byId('notice-text').replaceChildren(strong, ` ${todo}`);
  },

  /** Captions come: what was passing has passed. */
  passed() {
    if (byId('notice').dataset.passing === 'true') {
      notice.hide();
    }
  },

  hide() {
    byId('notice').hidden = true;
    byId('notice-text').replaceChildren();
  },
};

byId('dismiss').addEventListener('click', () => {
  notice.hide();
  byId('start').focus();
});
