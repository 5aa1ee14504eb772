const NEAR_PX = 8;

/**
 * Keeps a scroller at its newest line, unless the person scrolled up to read: then a button brings them back.
 *
 * @returns {{grow(change: function(): void): void, toNewest(): void}} `grow` makes a change that may add lines
 */
export function follow(scroller, button) {
  let following = true;

  function isAtEnd() {
    return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight <= NEAR_PX;
  }

  function look() {
    following = isAtEnd();
    button.hidden = following;
  }

  function stay() {
    if (following) {
      scroller.scrollTop = scroller.scrollHeight;
    }
  }

  function toNewest() {
    following = button.hidden = true;
    stay();
  }

  function grow(change) {
    // The event that tells of the person's scrolling comes late: look by oneself.
    look();
    change();
    stay();
  }

  scroller.addEventListener('scroll', look, { passive: true });
  button.addEventListener('click', () => {
    toNewest();
    scroller.focus({ preventScroll: true });
  });
  new ResizeObserver(stay).observe(scroller);
  return { grow, toNewest };
}
