// Keeps the screen on during a call: a phone that falls asleep takes the line of
// the call down with it.

/** What it returns asks for the screen to stay on, or lets it go dark again.
 *  Browsers that cannot, and phones that save power, go dark as they always do. */
export function wakefulness(): (on: boolean) => void {
  let lock: WakeLockSentinel | undefined;
  let wanted = false;

  async function ask(): Promise<void> {
    try {
      lock = await navigator.wakeLock?.request("screen");
      if (!wanted) await lock?.release();
    } catch {
      // Not now; the next time the page is in front it is asked for again.
    }
  }

  // The system takes the lock away when the page is hidden.
  document.addEventListener("visibilitychange", () => {
    if (wanted && !document.hidden) void ask();
  });

  return (on) => {
    if (wanted === on) return;
    wanted = on;
    if (on) void ask();
    else void lock?.release();
  };
}
