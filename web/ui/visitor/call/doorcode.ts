// A doorcode on the visitor's screen: readable, readable aloud, and awake.

import type { Code } from "../../shared/protocol.ts";

/** Puts the digits into an output, in groups as people say numbers. */
export function showDigits(output: HTMLElement, code: Code): void {
  if (output.dataset["doorcode"] === code.digits) return;
  output.dataset["doorcode"] = code.digits;
  output.classList.toggle("long", code.digits.length > 7);
  const parts = groups(code.digits);
  output.replaceChildren(
    ...parts.map((p) => {
      const span = document.createElement("span");
      span.textContent = p;
      return span;
    }),
  );
  if (!output.hasAttribute("aria-label")) output.setAttribute("aria-label", parts.map((p) => [...p].join(" ")).join(", "));
}

/** 7 digits as 3 + 4, 8 as 4 + 4: the second group is never the shorter. */
function groups(digits: string): string[] {
  const half = Math.floor(digits.length / 2);
  return [digits.slice(0, half), digits.slice(half)];
}

/** One by one, so that no voice makes a number of them. */
export function spell(digits: string): string {
  return [...digits].join(", ");
}

/** Reads a sentence in the language of the page, slowly. */
export function readAloud(text: string): void {
  const spoken = new SpeechSynthesisUtterance(text);
  spoken.lang = document.documentElement.lang;
  spoken.rate = 0.8;
  speechSynthesis.cancel();
  speechSynthesis.speak(spoken);
}

/** Keeps the screen on while `wanted`, also after the page was away. Browsers
 *  that cannot, or will not on a low battery, let it go dark; nothing is lost. */
export function stayAwake(wanted: () => boolean): () => void {
  let lock: WakeLockSentinel | undefined;
  let asking = false;

  async function check(): Promise<void> {
    if (!wanted()) {
      await lock?.release();
      lock = undefined;
    } else if ("wakeLock" in navigator && !document.hidden && !asking && (!lock || lock.released)) {
      asking = true;
      lock = await navigator.wakeLock.request("screen").catch(() => undefined);
      asking = false;
    }
  }

  document.addEventListener("visibilitychange", () => void check());
  return () => void check();
}
