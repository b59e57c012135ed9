// @ts-check
// Shows the lock and sends it the keys. The lock itself is the program that
// serves this page: nothing is decided or remembered here, so two pages show
// the same lock.

import { sound } from "./sound.js";

/**
 * @typedef {object} View what the lock shows, as view.go writes it
 * @property {string} state
 * @property {string} says
 * @property {string} small
 * @property {string} lens
 * @property {number} lights
 * @property {string} clock
 * @property {string} date
 * @property {{name: string, is: string}[]} facts
 * @property {{mark: string, what: string, when: string}[]} log
 * @property {boolean} thrown
 * @property {string} bolt
 */

/** @param {ParentNode} root @param {string} selector @returns {HTMLElement} */
function find(root, selector) {
  const found = root.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(selector);
  return found;
}

/** Sets a text only if it differs, so that nothing is announced twice.
 * @param {HTMLElement} element @param {string} text */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {HTMLElement} page @param {View} view */
function show(page, view) {
  const ticks = page.dataset.state === view.state && view.state === "held";
  // A count-down is shown every second but read aloud only once.
  find(page, ".says").setAttribute("aria-live", ticks ? "off" : "polite");
  page.dataset.state = view.state;
  find(page, "[data-lock]").dataset.lock = view.state;
  write(find(page, "[data-says]"), view.says);
  write(find(page, "[data-small]"), view.small);
  write(find(page, "[data-clock]"), view.clock);
  write(find(page, "[data-date]"), view.date);
  showBolt(find(page, "[data-bolt]"), view);
  showLens(page, view);
  showFacts(find(page, "[data-facts]"), view);
  showLog(page, view);
}

/** @param {HTMLElement} page @param {View} view */
function showLens(page, view) {
  const dead = view.state === "held" || view.state === "broken" || view.state === "open"; // an open door turns the keys away
  const wake = /** @type {HTMLButtonElement} */ (find(page, "[data-lens]"));
  const first = /** @type {HTMLButtonElement} */ (find(page, "[data-key]"));
  for (const key of page.querySelectorAll("[data-key]")) /** @type {HTMLButtonElement} */ (key).disabled = dead;
  if (!view.lens && document.activeElement === wake) first.focus();
  wake.hidden = !view.lens;
  wake.disabled = dead;
  write(wake, view.lens);
  page.querySelectorAll(".lights circle").forEach((light, i) => light.classList.toggle("on", i < view.lights));
}

/** @param {HTMLElement} button @param {View} view */
function showBolt(button, view) {
  button.hidden = !view.bolt;
  button.dataset.thrown = String(view.thrown);
  write(button, view.bolt);
}

/** @param {HTMLElement} list @param {View} view */
function showFacts(list, view) {
  const values = list.querySelectorAll("dd");
  view.facts.forEach((fact, i) => values[i] && write(values[i], fact.is));
}

/** @param {HTMLElement} page @param {View} view */
function showLog(page, view) {
  const list = find(page, "[data-log]");
  const row = /** @type {HTMLTemplateElement} */ (find(page, "[data-row]"));
  const rows = view.log.map((line) => {
    const item = /** @type {HTMLElement} */ (row.content.firstElementChild?.cloneNode(true));
    item.className = line.mark;
    item.querySelector("use")?.setAttribute("href", `#${line.mark}`);
    find(item, "b").textContent = line.what;
    find(item, "small").textContent = line.when;
    return item;
  });
  const same = rows.length === list.children.length && rows.every((item, i) => item.isEqualNode(list.children[i] ?? null));
  if (!same) list.replaceChildren(...rows);
  find(page, "[data-empty]").hidden = rows.length > 0;
}

/** Sends touches one after the other, so that fast fingers cannot overtake
 * themselves. What comes of a touch is shown by the stream.
 * @returns {(path: string, body?: object) => void} */
function sender() {
  let last = Promise.resolve();
  return (path, body = {}) => {
    const headers = { "Content-Type": "application/json" };
    const request = () => fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(3000) });
    last = last.then(request).then(() => {}, () => {});
  };
}

/** @param {HTMLElement} page */
function keypad(page) {
  const sounds = sound();
  const send = sender();
  /** @param {string} key */
  const press = (key) => {
    sounds.ready();
    send("/key", { key });
  };
  const wake = () => {
    sounds.ready();
    send("/wake");
  };

  find(page, ".lens").addEventListener("click", (event) => {
    const key = event.target instanceof HTMLElement ? event.target.dataset.key : undefined;
    if (key) press(key);
    else wake();
  });
  find(page, "[data-bolt]").addEventListener("click", (event) => {
    const button = /** @type {HTMLElement} */ (event.currentTarget);
    send("/bolt", { thrown: button.dataset.thrown !== "true" });
  });
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^[0-9]$/.test(event.key)) press(event.key);
    else if (event.key === "Escape") send("/clear");
    else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) wake();
  });

  const stream = new EventSource("/events");
  stream.onopen = () => (find(page, "[data-lost]").hidden = true);
  stream.onerror = () => (find(page, "[data-lost]").hidden = false);
  stream.onmessage = (event) => {
    const view = /** @type {View} */ (JSON.parse(event.data));
    const before = page.dataset.state;
    show(page, view);
    if (before === view.state) return;
    if (view.state === "accepted") sounds.accepted();
    if (view.state === "refused") sounds.refused();
  };
}

keypad(find(document, "main"));
