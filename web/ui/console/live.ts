// Counts that follow what happens while somebody looks at them. Without this
// script they are those of the moment at which the page was opened.

const usual = 10_000; // nodes write their counts as often
const longest = 5 * 60_000;
const told = 3; // failures in a row before the reader is told

const counts = document.querySelector<HTMLElement>("[data-counts]");
if (counts) follow(counts.dataset["counts"] ?? "", counts.querySelector<HTMLElement>("[data-stale]"));

function follow(address: string, status: HTMLElement | null): void {
  let failed = 0;
  let looking = false;
  let over = false; // signed out, or what was counted is gone
  let next = 0;

  async function look(): Promise<void> {
    if (looking || over) return;
    looking = true;
    const got = await ask(address);
    looking = false;
    over = got === "over";
    if (typeof got === "object") show(got);
    failed = typeof got === "object" ? 0 : failed + 1;
    const words = over || failed >= told ? (status?.dataset["stale"] ?? "") : "";
    if (status && status.textContent !== words) status.textContent = words;
    plan();
  }

  function plan(): void {
    clearTimeout(next);
    if (!over && !document.hidden) next = setTimeout(() => void look(), Math.min(usual * 2 ** failed, longest));
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) clearTimeout(next);
    else void look();
  });
  plan();
}

type Texts = Record<string, string>;

/** Asks for the texts of now. The browser adds what it has, so that the server
 *  need not send it again. */
async function ask(address: string): Promise<Texts | "over" | "failed"> {
  const cut = new AbortController();
  const late = setTimeout(() => cut.abort(), usual);
  try {
    const answer = await fetch(address, { cache: "no-cache", redirect: "error", signal: cut.signal });
    if (answer.status === 403 || answer.status === 404) return "over";
    return answer.ok ? ((await answer.json()) as Texts) : "failed";
  } catch {
    return "failed";
  } finally {
    clearTimeout(late);
  }
}

/** Puts texts into their places. What has not changed is left alone. */
function show(texts: Texts): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-live]")) {
    const text = texts[place.dataset["live"] ?? ""];
    if (text !== undefined && text !== place.textContent) place.textContent = text;
  }
}
