const NEAR_PX = 8;

/**
 * Keeps a scroller at its newest line, unless the person scrolled up to read: then a button brings them back.
 *
 * @returns {{grown(): void, toNewest(): void}}
 */
export function follow(scroller, button) {
  let following = true;

  function atEnd() {
    return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight <= NEAR_PX;
  }

  function grown() {
    if (following) {
      scroller.scrollTop = scroller.scrollHeight;
    }
  }

  function set(on) {
    following = on;
    button.hidden = on;
  }

  function toNewest() {
    set(true);
    grown();
  }

  scroller.addEventListener('scroll', () => set(atEnd()), { passive: true });
  button.addEventListener('click', () => {
    toNewest();
    scroller.focus({ preventScroll: true });
  });
  new ResizeObserver(grown).observe(scroller);
  return { grown, toNewest };
}
