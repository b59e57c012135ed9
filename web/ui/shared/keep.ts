// What a page remembers of a call through a reload. Text stays in the tab and
// goes with it; the numbers, which say nothing, are shared by all tabs, so that
// a call that moves to another tab goes on counting.

/** One line of the conversation as it was last seen. */
export interface Kept {
  mine: boolean;
  line: number;
  text: string;
  done: boolean;
}

const prefix = "doorlink.";

/** The lines of a call, oldest first. */
export function keptLines(call: string): Kept[] {
  return read<Kept[]>(() => sessionStorage, call) ?? [];
}

export function keepLines(call: string, lines: Kept[]): void {
  write(() => sessionStorage, call, lines);
}

/** The next number of something that is counted in a call, from 1. */
export function nextNumber(call: string, of: "gen" | "line"): number {
  const numbers = read<Record<string, number>>(() => localStorage, call) ?? {};
  const next = (numbers[of] ?? 0) + 1;
  write(() => localStorage, call, { ...numbers, [of]: next });
  return next;
}

/** Forgets every call but one; "" forgets them all. */
export function forgetCalls(but: string): void {
  for (const store of [() => sessionStorage, () => localStorage]) {
    try {
      const keys = Object.keys(store()).filter((k) => k.startsWith(prefix) && !(but && k.startsWith(prefix + but)));
      keys.forEach((k) => store().removeItem(k));
    } catch {
      // Storage is switched off: there is nothing to forget.
    }
  }
}

// Storage may be switched off or full. Then a reload starts with an empty
// conversation, and nothing else changes.
function read<T>(store: () => Storage, call: string): T | null {
  try {
    return JSON.parse(store().getItem(prefix + call) ?? "null") as T | null;
  } catch {
    return null;
  }
}

function write(store: () => Storage, call: string, value: unknown): void {
  try {
    store().setItem(prefix + call, JSON.stringify(value));
  } catch {
    // See read.
  }
}
