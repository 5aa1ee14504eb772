/**
 * What a person is told when something is wrong: what it is, and what to do. No code of the wire is shown but one that
 * this page does not know.
 */

const AGAIN = 'Press Start to go on.';
const OURS = 'That is a mistake of this page. Reload it, and tell whoever runs this server if it stays.';

const ERRORS = {
  bad_message: ['The server did not understand this page.', OURS],
  unsupported: ['The server cannot do that.', 'Choose another language, and press Start.'],
  out_of_order: ['The server did not understand this page.', OURS],
  protocol_error: ['The server did not understand this page.', OURS],
  invalid_utf8: ['The server did not understand this page.', OURS],
  too_big: ['The server refused a message as too large.', OURS],
  origin_not_allowed: [
    'Captions may not be started from this address.',
    'Open the page at the address of the server itself, or ask whoever runs it to allow this one.',
  ],
  start_timeout: ['The session did not begin in time.', 'Check your network, then press Start.'],
  idle: ['The session was ended, since nothing was heard for a long time.', AGAIN],
  sid_in_use: ['The session could not be started.', 'Press Start to try again.'],
  resume_unavailable: ['The session cannot go on where it stopped.', 'Press Start to begin a new one.'],
  taken_over: ['Another window has this session now.', 'Press Start to begin a new one here.'],
  full: ['The server carries as many sessions as it can.', 'Try again {when}.'],
  unavailable: ['The servers cannot reach each other at the moment.', 'Try again {when}.'],
  audio_overflow: ['The sound could not be heard in time, so the session was ended.', 'Try again {when}.'],
  slow_reader: ['This device or its network is too slow for the captions.', 'Look for a better connection, and press Start.'],
  speech_unavailable: ['Speech recognition failed.', 'Try again {when}. If it stays, tell whoever runs this server.'],
  language_model_unavailable: [
    'The language model refuses this server, so nothing can be translated.',
    'Tell whoever runs this server. Without a translation there are still captions of what is said.',
  ],
  internal: ['The server failed.', 'Press Start to begin a new session. If it stays, tell whoever runs this server.'],
};

/** While the session goes on. */
const PASSING = {
  audio_overflow: ['The sound arrives faster than it can be heard.', 'The captions will lag for a while.'],
  speech_unavailable: ['Speech is not heard at the moment.', 'What is said is kept {kept}, and captioned when speech is back.'],
  language_model_unavailable: ['A sentence could not be translated.', 'The session goes on.'],
};

const CLOSES = {
  1002: ERRORS.protocol_error,
  1007: ERRORS.invalid_utf8,
  1001: ['The server is leaving.', AGAIN],
  1006: ['The connection was lost.', 'Check your network, then press Start to go on.'],
  1009: ERRORS.too_big,
  1011: ERRORS.internal,
  1012: ['This server is being restarted.', 'Press Start to go on with another one.'],
  3000: ['The server fell silent, or the network is gone.', 'Check your network, then press Start to go on.'],
  4400: ERRORS.bad_message,
  4401: ['You are not signed in.', 'Ask whoever gave you this address.'],
  4403: ['You are not allowed to start a session here.', 'Ask whoever gave you this address.'],
  4404: ERRORS.resume_unavailable,
  4408: ['The session was ended, since nothing was heard for a long time.', AGAIN],
  4409: ERRORS.taken_over,
  4413: ERRORS.too_big,
  4429: ERRORS.full,
  4490: ERRORS.slow_reader,
  4500: ERRORS.internal,
};

const MICROPHONE = {
  InsecureError: [
    'The microphone works only over a protected connection.',
    'Open this page with an address that begins with https, or choose a clip.',
  ],
  NotAllowedError: [
    'The microphone is not allowed for this page.',
    'Allow it with the button beside the address (on a Mac also in System Settings), then press Start. Or choose a clip.',
  ],
  NotFoundError: ['No microphone was found.', 'Connect one, then press Start. Or choose a clip.'],
  NotReadableError: ['The microphone cannot be opened.', 'Close other programs that use it, then press Start.'],
  TakenAwayError: ['The microphone was disconnected.', 'Connect it again, then press Start.'],
};

const WAITING = {
  'quota.requests': 'Translations wait for their share of the language model',
  'quota.tokens': 'Translations wait for their share of the language model',
  'quota.requests_per_second': 'Translations wait for their share of the language model',
  'quota.lease': 'Translations wait until this server hears from the others',
  'quota.gathering': 'Translations wait until the servers have found each other again',
  'quota.quarantine': 'Translations wait longer while the part of a lost server is held back',
  'quota.refused': 'The language model asked for a pause, and translations wait for its end',
  'quota.no_majority': 'Translations wait until the servers reach each other again',
  'quota.handover': 'Translations wait while one server takes over from another',
  'quota.configuration': 'Translations wait, since this server is set up otherwise than the others; tell whoever runs it',
  connections: 'Translations wait for a free connection to the language model',
  language_model: 'The language model does not answer; translations are tried again',
};

const SERVICES = { speech: 'Google Speech', openai: 'OpenAI' };

/** What a person sees before the first Start. */
export function ofWhatComes(view, translated, summary) {
  if (view === 'hall') {
    return `${summary}. To choose another sound or language, leave the hall view.`;
  }
  return `What is said appears here${translated && ', with its translation beside it'}.`;
}

/** @returns {{what: string, todo: string}} */
export function ofError({ code, fatal, retry_after_ms: retryAfterMs, kept_ms: keptMs }) {
  if (!fatal && keptMs === 0) {
    return { what: 'Speech recognition failed.', todo: 'The session ends once what was said has its captions.' };
  }
  const known = fatal ? ERRORS[code] : (PASSING[code] ?? ERRORS[code]);
  const [what, todo] = known ?? [`The server reports “${code}”.`, fatal ? 'Press Start to try again.' : 'The session goes on.'];
  return { what, todo: todo.replace('{when}', when(retryAfterMs)).replace('{kept}', kept(keptMs)) };
}

/** Why a connection was closed, where no error said it. */
export function ofClose(code) {
  const [what, todo] = CLOSES[code] ?? [`The connection was closed (code ${code}).`, 'Press Start to try again.'];
  return { what, todo: todo.replace('{when}', when()) };
}

/** Why no connection came about. */
export function ofNoConnection() {
  return { what: 'The server does not answer.', todo: 'Check your network, then press Start to try again.' };
}

export function ofMicrophone(error) {
  const [what, todo] = MICROPHONE[error.name] ?? ['The microphone cannot be used.', 'Choose another one, or a clip.'];
  return { what, todo };
}

export function ofClip() {
  return { what: 'The clip could not be fetched.', todo: 'Check your network, then press Start to try again.' };
}

/** Why finals wait; nothing while they flow. */
export function ofStatus({ state, reason, wait_ms: waitMs }) {
  if (state !== 'waiting') {
    return '';
  }
  const about = waitMs >= 1000 ? `, about ${seconds(waitMs)}` : '';
  return `${WAITING[reason] ?? 'Translations wait'}${about}. None is lost.`;
}

/** While the connection is lost, and the session tries to go on in another. */
export function ofAway(listening) {
  return listening
    ? 'Connection lost. Still listening: captions follow when it is back.'
    : 'Connection lost. Captions follow when it is back.';
}

export function ofReturn() {
  return 'The connection is back. The captions catch up.';
}

/** What stands in the place of captions that will not come. */
export function ofMissed(seconds) {
  const text = seconds > 0 ? `(${seconds.toFixed(seconds < 10 ? 1 : 0)} s lost)` : '(captions lost)';
  return { text, lang: 'en' };
}

/** Who is not the real one. */
export function ofStandIns(names) {
  if (names.length === 0) {
    return '';
  }
  const services = [...names].sort().reverse().map((name) => SERVICES[name] ?? name);
  const plays = services.length === 1 ? 'A stand-in plays' : 'Stand-ins play';
  return `${plays} ${services.join(' and ')}: what they say is made up.`;
}

function when(ms) {
  return ms ? `in about ${seconds(ms)}` : 'in a while';
}

function kept(ms) {
  return ms ? `for up to ${seconds(ms)}` : 'for a while';
}

function seconds(ms) {
  const whole = Math.max(1, Math.ceil(ms / 1000));
  return whole === 1 ? 'a second' : `${whole} seconds`;
}
