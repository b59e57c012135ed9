// A visitor's call, from the tap on Call to the open door. Signals and taps
// change the facts; every change shows the screen the facts call for.

import type { Caller, Signal } from "../shared/protocol.ts";
import { say, type Words } from "../shared/say.ts";
import { actions } from "./call/actions.ts";
import { watchLine } from "./call/line.ts";
import type { Page, Target } from "./call/page.ts";
import { newSession } from "./call/session.ts";
import { at, over } from "./call/state.ts";

export interface CallPart {
  /** Calls somebody. Must run in the tap, as far as browsers ask for one. */
  place(to: Target, caller: Caller, byText: boolean): void;
  hear(s: Signal): void;
  up(again: boolean): void;
  down(wait: number): void;
  /** Does what a button says. */
  act(action: string, button: HTMLElement): void;
  /** Puts away a call that is over; false if there is one that is not. */
  back(): boolean;
}

const dialAgainAfter = 1_500; // the server tells of a placed call well before that

export function callPart(page: Page, words: Words): CallPart {
  const s = newSession(page, words);
  const act = actions(s, page, words);
  const watch = watchLine((down, retry) => s.busy() && s.change({ down, retry }));
  let redial = 0;

  document.addEventListener("keydown", (e) => {
    const typing = e.target instanceof HTMLElement && e.target.matches("input, textarea");
    const plain = !e.ctrlKey && !e.metaKey && !e.altKey;
    if (e.key.toLowerCase() === "m" && plain && !typing && s.facts().microphone === "on") act["mute"]?.(page.main);
  });

  return {
    place: s.place,
    hear: s.hear,
    act: (action, button) => act[action]?.(button),
    up(again) {
      watch.up();
      if (s.facts().retry) page.tell(say(words, "back"), "status");
      if (s.busy()) s.change({ retry: 0, down: 0 });
      s.conversation()?.resend();
      clearTimeout(redial);
      if (again) redial = window.setTimeout(s.dialAgain, dialAgainAfter);
    },
    down: watch.down,
    back() {
      const state = at(s.facts(), Date.now());
      if (!over(s.facts()) || state === "code" || state === "moved") return false;
      s.clean();
      return true;
    },
  };
}
