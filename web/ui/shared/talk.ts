// Real-time text beside the voice: each side's line travels while it is typed,
// whole, so that corrections and composed scripts arrive as they look. Who wrote
// what is told by name, side and fill, and to screen readers in whole words.

import { keepLines, keptLines, nextNumber, type Kept } from "./keep.ts";
import { maxLines, type Signal } from "./protocol.ts";

export interface TalkTo {
  call: string;
  /** How lines are headed: "You" and the other side's name. */
  you: string;
  them: string;
  say(s: Signal): void;
}

export interface Talk {
  /** Takes a text signal of the other side. */
  hear(s: Signal): void;
  /** Sends a whole line, such as a quick phrase. */
  write(text: string): void;
  /** Sends again what may have been lost with the line. */
  resend(): void;
  /** Scrolls to what was said last. */
  latest(): void;
  /** How many lines there are to read. */
  lines(): number;
  /** No more can be written; what was said stays to be read. */
  end(): void;
}

interface Row extends Kept {
  element: HTMLLIElement;
  /** How much of it screen readers were told. */
  told: string;
  pause: number;
  touched: number;
}

const sendEvery = 100;
const pauseToTell = 1_000;
const resendWithin = 60_000; // as long as a call is held for a lost line

/** Brings a conversation to life. `root` holds a list [data-lines], a log for
 *  screen readers [data-told] and a textarea. */
export function talk(root: HTMLElement, to: TalkTo): Talk {
  const list = need<HTMLElement>(root, "[data-lines]");
  const told = need<HTMLElement>(root, "[data-told]");
  const field = need<HTMLTextAreaElement>(root, "textarea");
  const rows: Row[] = [];
  let draft: Row | undefined;
  let sentAt = 0;
  let sending = 0;

  function row(k: Kept): Row {
    const element = document.createElement("li");
    if (k.mine) element.className = "mine";
    const who = document.createElement("b");
    who.dir = "auto";
    who.textContent = k.mine ? to.you : to.them;
    const what = document.createElement("bdi");
    element.append(who, what);
    list.append(element);
    const r = { ...k, element, told: k.text, pause: 0, touched: 0 };
    rows.push(r);
    draw(r);
    return r;
  }

  function draw(r: Row): void {
    const what = r.element.lastElementChild;
    if (what) {
      what.textContent = r.text;
      what.classList.toggle("live", !r.done);
    }
    r.element.hidden = r.text === "";
    latest();
  }

  const latest = () => list.parentElement?.scrollTo(0, list.scrollHeight);

  function change(r: Row, text: string, done: boolean): void {
    Object.assign(r, { text, done, touched: Date.now() });
    draw(r);
    const kept = rows.map(({ mine, line, text, done }) => ({ mine, line, text, done }));
    keepLines(to.call, kept);
  }

  // say sends the line as it stands, at most every 100 ms; a finished one at once.
  function say(r: Row): void {
    clearTimeout(sending);
    const wait = r.done ? 0 : sentAt + sendEvery - Date.now();
    if (wait > 0) {
      sending = window.setTimeout(say, wait, r);
      return;
    }
    sentAt = Date.now();
    to.say({ t: "text", call: to.call, line: r.line, text: r.text, done: r.done });
  }

  function begin(): Row | undefined {
    const line = nextNumber(to.call, "line");
    return line > maxLines ? undefined : row({ mine: true, line, text: "", done: false });
  }

  function typed(): void {
    if (!draft && field.value === "") return;
    draft ??= begin();
    if (!draft) return;
    change(draft, clean(field.value), false);
    say(draft);
  }

  function finish(): void {
    const text = clean(field.value).trim();
    if (!draft || text === "") return;
    change(draft, text, true);
    say(draft);
    draft = undefined;
    field.value = "";
  }

  function tell(r: Row): void {
    clearTimeout(r.pause);
    if (r.text === r.told) return;
    const p = document.createElement("p");
    p.textContent = `${to.them}: ${r.text.startsWith(r.told) ? r.text.slice(r.told.length) : r.text}`;
    told.append(p);
    while (told.children.length > 5) told.firstElementChild?.remove();
    r.told = r.text;
  }

  for (const k of keptLines(to.call)) row(k);
  draft = rows.filter((r) => r.mine && !r.done).pop();
  field.value = draft?.text ?? "";
  field.oninput = typed;
  field.onbeforeinput = (e) => {
    if (e.inputType !== "insertLineBreak" && e.inputType !== "insertParagraph") return;
    e.preventDefault();
    finish();
  };

  return {
    hear(s) {
      const { line = 0, text = "", done = false } = s;
      const r = rows.find((r) => !r.mine && r.line === line);
      const now = r ?? row({ mine: false, line, text: "", done: false });
      change(now, text, done);
      clearTimeout(now.pause);
      if (done || /\s$/.test(text)) tell(now);
      else now.pause = window.setTimeout(tell, pauseToTell, now);
    },
    write(text) {
      finish();
      const r = begin();
      if (!r) return;
      change(r, text, true);
      say(r);
    },
    resend() {
      const since = Date.now() - resendWithin;
      for (const r of rows) if (r.mine && (r === draft || r.touched > since)) {
        to.say({ t: "text", call: to.call, line: r.line, text: r.text, done: r.done });
      }
    },
    latest,
    lines: () => rows.length,
    end() {
      if (draft) change(draft, draft.text, true);
      draft = undefined;
      field.disabled = true;
    },
  };
}

/** What one line may hold: no breaks, no controls, nothing that turns the
 *  direction of the text after it. The server refuses those. */
function clean(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, " ");
}

function need<E extends Element>(root: ParentNode, selector: string): E {
  const found = root.querySelector<E>(selector);
  if (!found) throw new Error(`no ${selector}`);
  return found;
}
