// Shows screens: localized templates with slots for what only the page knows.
// A screen has a part above the conversation and a part below it, so that the
// conversation, and the keyboard over it, stay untouched from state to state.

/** Values of a screen: text for [data-slot], and whether [data-if] is there. */
export type Fill = Record<string, string | boolean | undefined>;

export interface Screen {
  /** The state's name, for all who look at the page from outside. */
  state: string;
  /** The template that shows it. */
  template: string;
  fill: Fill;
  /** One for each copy of [data-each=others]. */
  others?: Fill[];
}

export interface Screens {
  /** Adds the templates of a loaded fragment, with its icons. */
  add(html: string): void;
  /** Shows a screen. `asked` says that the visitor caused it: then its title
   *  gets the focus; otherwise it is announced and the focus stays. */
  show(s: Screen, asked: boolean): void;
  /** Empties the main part, for the directory to stand in it. */
  clear(): void;
  /** A copy of a template that stands outside the two parts. */
  copy(template: string, fill: Fill): DocumentFragment;
  find<E extends Element>(selector: string): E | null;
}

const deadFor = 400; // a button that came under a finger does nothing yet

export function screens(main: HTMLElement): Screens {
  const above = part("[data-above]");
  const below = part("[data-below]");
  let shown = "";

  function part(selector: string): HTMLElement {
    const found = main.querySelector<HTMLElement>(selector);
    if (!found) throw new Error(`no ${selector}`);
    return found;
  }

  function copy(template: string, fill: Fill, others: Fill[] = []): DocumentFragment {
    const source = document.querySelector<HTMLTemplateElement>(`template[data-screen="${template}"]`);
    if (!source) throw new Error(`no screen ${template}`);
    const content = document.importNode(source.content, true);
    for (const each of content.querySelectorAll<HTMLTemplateElement>("template[data-each]")) {
      each.replaceWith(...others.map((o) => filled(document.importNode(each.content, true), o)));
    }
    return filled(content, fill);
  }

  function swap(s: Screen, asked: boolean): void {
    const had = new Set(actions(main).map((b) => b.dataset["do"]));
    const active = document.activeElement;
    const focused = active instanceof HTMLElement && (above.contains(active) || below.contains(active));
    const action = focused ? active.dataset["do"] : undefined;
    const content = copy(s.template, s.fill, s.others);
    below.replaceChildren(...content.querySelectorAll("[data-low]"));
    above.replaceChildren(content);
    holdOff(actions(main).filter((b) => !had.has(b.dataset["do"])));
    const same = actions(main).find((b) => action && b.dataset["do"] === action && !b.hidden);
    if (same && !same.hasAttribute("disabled")) same.focus();
    else if (asked || focused) main.querySelector<HTMLElement>("[data-focus], h1")?.focus();
    if (!asked) announce(main.querySelector("[role=status] > *, [role=alert] > *"));
  }

  return {
    add(html) {
      const fragment = document.createRange().createContextualFragment(html);
      document.body.append(fragment);
    },
    show(s, asked) {
      main.dataset["state"] = s.state;
      if (s.template !== shown) {
        shown = s.template;
        swap(s, asked);
        scrollTo(0, 0);
      }
      filled(above, s.fill);
      filled(below, s.fill);
    },
    clear() {
      shown = "";
      above.replaceChildren();
      below.replaceChildren();
    },
    copy: (template, fill) => copy(template, fill),
    find: (selector) => main.querySelector(selector),
  };
}

/** Puts values into slots and takes away what is not there. */
export function filled<N extends ParentNode>(root: N, fill: Fill): N {
  for (const e of root.querySelectorAll<HTMLElement>("[data-slot]")) {
    const value = fill[e.dataset["slot"] ?? ""];
    if (typeof value === "string" && e.textContent !== value) e.textContent = value;
  }
  for (const e of root.querySelectorAll<HTMLElement>("[data-if]")) {
    const gone = !fill[e.dataset["if"] ?? ""];
    if (e.hidden !== gone) e.hidden = gone;
  }
  return root;
}

function actions(main: HTMLElement): HTMLElement[] {
  return [...main.querySelectorAll<HTMLElement>("button[data-do]")];
}

function holdOff(buttons: HTMLElement[]): void {
  const dead = buttons.filter((b): b is HTMLButtonElement => b instanceof HTMLButtonElement && !b.disabled);
  for (const b of dead) {
    b.disabled = true;
    b.dataset["fresh"] = "";
  }
  setTimeout(() => {
    for (const b of dead) {
      b.disabled = false;
      delete b.dataset["fresh"];
    }
  }, deadFor);
}

/** Puts a title into its live region once more: readers hear of a change
 *  inside a region, not of a region that came with its text. */
function announce(title: Element | null): void {
  if (title) setTimeout(() => title.replaceChildren(...title.childNodes), 100);
}
