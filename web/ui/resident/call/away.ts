// Calls that the resident has put away: they stay away when the page is loaded
// again, for as long as the server still speaks of them.

const key = "resident.away";
const most = 20;

export interface Away {
  has(call: string): boolean;
  add(call: string): void;
}

export function putAway(): Away {
  let calls = read();
  return {
    has: (call) => calls.includes(call),
    add(call) {
      calls = [...calls, call].slice(-most);
      try {
        sessionStorage.setItem(key, JSON.stringify(calls));
      } catch {
        // Storage is switched off or full: a reload may show a call that ended.
      }
    },
  };
}

function read(): string[] {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "[]") as string[];
  } catch {
    return [];
  }
}
