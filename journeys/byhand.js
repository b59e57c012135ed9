// A page whose clock a test turns. What it waits for comes when the test says so.
const waits = new Map();
let last = 0;
window.setTimeout = (then, ms) => { waits.set(++last, { then, ms }); return last; };
window.clearTimeout = (id) => { waits.delete(id); };

// What the page waits for, in seconds.
window.waiting = () => [...waits.values()].map(({ ms }) => ms / 1_000);
window.turn = () => {
  const due = [...waits.values()];
  waits.clear();
  for (const { then } of due) then();
};

// Whether somebody looks at the page.
let hidden = false;
Object.defineProperty(document, "hidden", { get: () => hidden });
window.hide = (so) => {
  hidden = so;
  document.dispatchEvent(new Event("visibilitychange"));
};

// Whether the server can be reached.
const reach = window.fetch;
let lost = false;
window.fetch = (...asked) => lost ? Promise.reject(new TypeError("cut")) : reach(...asked);
window.cut = (so) => { lost = so; };
