// Whether the line to the server is up, as a visitor should hear of it.

const mayBlink = 1_500; // a line that is back within this was never lost

export interface LineWatch {
  /** The line is down and is tried again in `wait` milliseconds. */
  down(wait: number): void;
  up(): void;
}

/** Tells `lost` since when the line is down and when it is tried again, once
 *  that is worth telling and at each failed try from then on. */
export function watchLine(lost: (since: number, retry: number) => void): LineWatch {
  let since = 0;
  let telling = 0;

  return {
    down(wait) {
      clearTimeout(telling);
      const now = Date.now();
      since ||= now;
      telling = window.setTimeout(() => lost(now, now + wait), Math.max(0, since + mayBlink - now));
    },
    up() {
      clearTimeout(telling);
      since = 0;
    },
  };
}
