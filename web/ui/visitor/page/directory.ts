// The list of residents: found by typing, kept up to date.

import { say, type Words } from "../../shared/say.ts";

export interface Directory {
  /** Loads the list again, leaving what was typed, the focus and the place. */
  refresh(): Promise<void>;
}

/** What is searched. The office and its like stay on top whatever is typed. */
const residents = ".units:not([data-everyone])";

const restBeforeTelling = 400;
const restBeforeAsking = 250;

/** Brings the directory to life. `root` holds the search field, a hint and the
 *  rows; `tell` says how many were found. */
export function directory(root: HTMLElement, words: Words, tell: (text: string) => void): Directory {
  const field = root.querySelector<HTMLInputElement>("input[type=search]");
  const hint = root.querySelector<HTMLElement>("#hint");
  const rows = root.querySelector<HTMLElement>("[data-rows]");
  const form = root.closest("main")?.dataset["state"]; // directory, search or empty
  const asks = form === "search";
  let rest = 0;
  let asked = 0;

  // filter hides what does not match. The whole list is in the page.
  function filter(): void {
    const want = fold(field?.value ?? "");
    let found = 0;
    for (const unit of root.querySelectorAll<HTMLElement>(`${residents} > li`)) {
      const plate = fold(unit.querySelector(".plate")?.textContent ?? "").startsWith(want);
      let any = false;
      for (const row of unit.querySelectorAll<HTMLElement>("li")) {
        row.hidden = !plate && !fold(row.textContent ?? "").includes(want);
        if (!row.hidden) found++;
        any ||= !row.hidden;
      }
      unit.hidden = !any;
    }
    const list = root.querySelector<HTMLElement>(residents);
    if (list) list.hidden = found === 0;
    const text = say(words, "found", { n: found });
    show(want && found === 0 ? text : "");
    if (want) rest = window.setTimeout(tell, restBeforeTelling, text);
  }

  // ask lets the server search: the list is not in the page.
  async function ask(): Promise<void> {
    const nth = ++asked;
    const query = new URLSearchParams({ lang: document.documentElement.lang, q: field?.value ?? "" });
    const answer = await fetch(`${location.pathname}/search?${query}`).catch(() => null);
    if (!answer?.ok || nth !== asked || !rows) return;
    rows.innerHTML = await answer.text();
    const text = rows.querySelector<HTMLElement>("[data-hint]")?.dataset["hint"] ?? "";
    show(text);
    tell(text);
  }

  function show(text: string): void {
    if (!hint) return;
    hint.textContent = text;
    hint.hidden = text === "";
  }

  function typed(): void {
    clearTimeout(rest);
    if (asks) rest = window.setTimeout(() => void ask(), restBeforeAsking);
    else filter();
  }

  field?.addEventListener("input", typed);
  field?.form?.addEventListener("submit", (e) => {
    e.preventDefault();
    clearTimeout(rest);
    if (asks) void ask();
    else field.blur(); // the keyboard gives way to the list
  });
  if (!asks && field?.value) filter(); // typed before this script came

  return {
    async refresh() {
      const answer = await fetch(location.href).catch(() => null);
      if (!answer?.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = fresh.querySelector<HTMLElement>("[data-rows]");
      const state = fresh.querySelector<HTMLElement>("main")?.dataset["state"];
      if (!rows || !next || state !== form) return location.reload();
      rows.dataset["list"] = next.dataset["list"];
      if (asks && field?.value) return; // matches are made when asked for
      const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset["to"] : undefined;
      rows.replaceChildren(...next.childNodes);
      if (field?.value) filter();
      if (focused) rows.querySelector<HTMLElement>(`[data-to="${focused}"]`)?.focus();
    },
  };
}

/** What a comparison sees of a text: no case, accents, blanks, points. */
function fold(text: string): string {
  return text.normalize("NFKD").replace(/[\p{M}\p{P}\s]/gu, "").toLowerCase();
}
