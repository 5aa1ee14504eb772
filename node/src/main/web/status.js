const STATES = {
  idle: 'Ready',
  connecting: 'Connecting…',
  live: 'Live',
  away: 'Reconnecting…',
  ending: 'Finishing…',
  ended: 'Ended',
  failed: 'Stopped',
};

const PASSING_MS = 6000;
const byId = (id) => document.getElementById(id);

let passing;

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

  /** In the delay's place, while no caption comes that could have one. */
  kept(seconds) {
    byId('delay').textContent = `${Math.floor(seconds)} s kept`;
  },

  waiting(words) {
    clearTimeout(passing);
    byId('waiting').textContent = words;
  },

  /** Says it for a moment. */
  passing(words) {
    status.waiting(words);
    passing = setTimeout(() => status.waiting(''), PASSING_MS);
  },

  standIns(words) {
    byId('stand-ins').textContent = words;
  },
};

/** The trouble that was told and is not known to be over: it comes again and again, and is told once. */
let trouble = null;
let troubleKind;
let timer;

/** A message over the captions: what is wrong, and what to do. */
export const notice = {
  /** Stays until it is closed. */
  show(words) {
    forget();
    tell(words);
  },

  /**
   * Something passes: it is told once, and stays until it is over, or it is closed. It does not take the place of what
   * stays.
   *
   * @param {string} code the error's
   * @param {string} kind another kind of the same is told anew
   * @param {?number} forMs when it is over if it does not come again; null where something else tells that
   */
  trouble(code, kind, words, forMs) {
    if (trouble === null && !byId('notice').hidden) {
      return;
    }
    if (code !== trouble || kind !== troubleKind) {
      forget();
      trouble = code;
      troubleKind = kind;
      tell(words);
    }
    clearTimeout(timer);
    if (forMs !== null) {
      timer = setTimeout(() => notice.passed(code), forMs);
    }
  },

  /** What was trouble has passed. */
  passed(code) {
    if (code === trouble) {
      notice.hide();
    }
  },

  hide() {
    forget();
    close();
  },
};

function forget() {
  trouble = null;
  clearTimeout(timer);
}

function tell({ what, todo }) {
  const strong = document.createElement('strong');
  strong.textContent = what;
  byId('notice').hidden = false;
  byId('notice-text').replaceChildren(strong, ` ${todo}`);
}

function close() {
  byId('notice').hidden = true;
  byId('notice-text').replaceChildren();
}

byId('dismiss').addEventListener('click', () => {
  close();
  byId('start').focus();
});
