/** What a client does about a connection's end: docs/protocol.md has the tables. */
export const Remedy = {
  /** Nothing: it is the session's end. */
  NONE: 'none',
  /** The session goes on in another connection. */
  RESUME: 'resume',
  /** The same, but an end that soon comes again is final. */
  RESUME_ONCE: 'resume once',
  /** The same, but after an end that soon comes again a new session takes its place. */
  RESUME_OR_ANEW: 'resume or anew',
  /** The session is gone: a new one takes its place. An end that soon comes again is final. */
  ANEW: 'anew',
};

const FINAL = [1000, 1002, 1007, 1009];
const FIRST_OF_NODE = 4000;
const AGAIN = { 4404: Remedy.ANEW, 4409: Remedy.RESUME_ONCE, 4429: Remedy.RESUME };

/**
 * @param {number} code of the close
 * @param {?object} failure the fatal error that preceded it
 * @param {boolean} carried whether the connection had the session; else it only tried to resume it
 */
export function remedy(code, failure, carried) {
  if (failure?.code === 'internal') {
    return carried ? Remedy.RESUME_OR_ANEW : Remedy.ANEW;
  }
  return AGAIN[code] ?? (code >= FIRST_OF_NODE || FINAL.includes(code) ? Remedy.NONE : Remedy.RESUME);
}
