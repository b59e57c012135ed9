// The visitor's page: the directory, "Who are you?", and the way into a call.
// Everything a call needs is loaded when the first name is tapped.

import type { CallPart } from "./call.ts";
import type { Page, Target } from "./call/page.ts";
import type { Caller, CallerKind, Signal } from "../shared/protocol.ts";
import type { Words } from "../shared/say.ts";
import { whenSeen } from "../shared/seen.ts";
import { openLine, type Line } from "../shared/socket.ts";
import { directory } from "./page/directory.ts";
import { filled, screens } from "./page/screen.ts";

const listenAfter = 1_000;

visitor(document.body);

function visitor(body: HTMLElement): void {
  const main = need<HTMLElement>("main");
  const first = main.dataset["state"] ?? "directory";
  const shown = screens(main);
  const list = directory(need("[data-directory]"), wordsIn(body), (text) => tell(text, "status"));
  let line: Line | undefined;
  let loading: Promise<CallPart> | undefined;
  let part: CallPart | undefined;
  let target: Target | undefined;
  let tapped: HTMLElement | undefined;
  let scrolled = 0;
  let stale = false;

  const page: Page = {
    screens: shown,
    main,
    zone: body.dataset["zone"] ?? "UTC",
    title: document.title,
    line: () => (line ??= openLine(address, ear)),
    tell,
    leave,
    stand,
  };

  // The line's address says which list is shown, for the server to tell of a newer one.
  function address(): string {
    const shows = need<HTMLElement>("[data-rows]").dataset["list"] ?? "";
    return `${location.pathname}/line?lang=${document.documentElement.lang}&list=${shows}`;
  }

  const ear = {
    hear(s: Signal) {
      if (s.t !== "directory") void withPart((p) => p.hear(s));
      else if (atDirectory()) void list.refresh();
      else stale = true;
    },
    up: (again: boolean) => part?.up(again),
    down: (wait: number) => part?.down(wait),
  };

  function load(): Promise<CallPart> {
    loading ??= loadCall(body, page);
    loading.then((p) => (part = p)).catch(() => (loading = undefined)); // the next tap tries again
    return loading;
  }

  async function withPart(then: (p: CallPart) => void): Promise<void> {
    if (part) then(part);
    else then(await load());
  }

  const atDirectory = () => main.dataset["state"] === first;

  // stand moves the page between the directory and everything else.
  function stand(at: "directory" | "before" | "call"): void {
    for (const e of body.querySelectorAll<HTMLElement>("[data-at]")) e.hidden = e.dataset["at"] !== at;
    need<HTMLElement>("[data-directory]").hidden = at !== "directory";
    const sign = need<HTMLElement>(".sign");
    sign.classList.toggle("low", at !== "directory");
    const door = sign.querySelector("h1");
    if (at === "directory") door?.removeAttribute("role");
    else door?.setAttribute("role", "none"); // the state's title is the heading now
  }

  function leave(): void {
    if (history.state === "call") history.back(); // the step that led to the name
    stand("directory");
    shown.clear();
    main.dataset["state"] = first;
    document.title = page.title;
    scrollTo(0, scrolled);
    tapped?.focus({ preventScroll: true });
    if (stale) void list.refresh();
    stale = false;
  }

  function before(button: HTMLElement): void {
    tapped = button;
    scrolled = scrollY;
    const unit = button.closest(".units > li")?.querySelector(".plate")?.textContent ?? "";
    target = { entry: button.dataset["to"] ?? "", name: button.textContent?.trim() ?? "", unit };
    history.pushState("call", "");
    stand("before");
    shown.show({ state: "before", template: "before", fill: { name: target.name, unit } }, true);
    page.line();
    load().catch(() => undefined);
  }

  async function place(button: HTMLButtonElement, byText: boolean): Promise<void> {
    if (!target) return;
    const caller = callerIn(main);
    button.disabled = true;
    try {
      (await load()).place(target, caller, byText);
    } catch {
      button.disabled = false;
      filled(main, { trouble: true, name: target.name, unit: target.unit });
    }
  }

  body.addEventListener("click", (e) => {
    const button = e.target instanceof Element ? e.target.closest<HTMLElement>("[data-to], [data-do]") : null;
    if (!button) return;
    const action = button.dataset["do"];
    if (button.dataset["to"]) before(button);
    else if (main.dataset["state"] !== "before") part?.act(action ?? "", button);
    else if (action === "back") {
      e.preventDefault();
      history.back();
    } else if (button instanceof HTMLButtonElement) void place(button, action === "write");
  });

  // The phone's own Back leads from a name to the directory, and never hangs up.
  addEventListener("popstate", () => {
    if (main.dataset["state"] === "before" || part?.back()) leave();
    else if (!atDirectory()) history.pushState("call", "");
  });

  if (body.dataset["resume"] !== undefined) page.line();
  else setTimeout(() => whenSeen(page.line), listenAfter);
}

/** Loads script, style and screens of a call at once. */
async function loadCall(body: HTMLElement, page: Page): Promise<CallPart> {
  const { call = "", sheet = "", screens = "" } = body.dataset;
  const [module, html] = await Promise.all([
    import(call) as Promise<typeof import("./call.ts")>,
    fetch(screens).then((r) => (r.ok ? r.text() : Promise.reject(new Error(r.statusText)))),
    styled(sheet),
  ]);
  page.screens.add(html);
  return module.callPart(page, wordsIn(need("template[data-screen=talk] ~ script[data-words]")));
}

function styled(href: string): Promise<unknown> {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  document.head.append(link);
  return new Promise((done, fail) => {
    link.onload = done;
    link.onerror = fail;
  });
}

function callerIn(main: HTMLElement): Caller {
  const kind = main.querySelector<HTMLInputElement>("[name=kind]:checked")?.value ?? "";
  const line = main.querySelector<HTMLInputElement>("[name=line]")?.value.trim() ?? "";
  return { ...(kind && { kind: kind as CallerKind }), ...(line && { line }) };
}

/** The sentences a script says itself, from the data block in or at root. */
function wordsIn(root: Element): Words {
  const block = root.matches("[data-words]") ? root : root.querySelector("[data-words]");
  return JSON.parse(block?.textContent ?? "{}") as Words;
}

function tell(text: string, how: "status" | "alert"): void {
  need<HTMLElement>(`[data-${how}]`).textContent = text;
}

function need<E extends Element>(selector: string): E {
  const found = document.querySelector<E>(selector);
  if (!found) throw new Error(`no ${selector}`);
  return found;
}
