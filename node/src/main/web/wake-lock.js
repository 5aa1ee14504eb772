let wanted = false;
let lock = null;

/** Keeps the screen on while captions run, where the browser can. */
export function keepAwake(on) {
  wanted = on;
  update();
}

async function update() {
  try {
    if (wanted && !lock && !document.hidden) {
      lock = (await navigator.wakeLock?.request('screen')) ?? null;
      lock?.addEventListener('release', () => (lock = null));
    }
    if (!wanted) {
      // Also where that was decided while the lock was asked for.
      await lock?.release();
    }
  } catch {
    // The battery is low, or it is not allowed: the screen may go dark.
  }
}

document.addEventListener('visibilitychange', update);
