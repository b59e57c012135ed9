// Sentences for people. They come from the server's message table, as JSON in
// the page; this is the same small format that package locale knows:
// {name} is a place, {n, plural, one {# device} other {# devices}} a choice by
// number, where # is the number itself.

export type Places = Record<string, string | number>;
export type Words = Record<string, string>;

const place = /\{(\w+)\}|\{(\w+), plural,((?: (?:=\d+|\w+) \{[^{}]*\})+)\}/g;
const branch = /(=\d+|\w+) \{([^{}]*)\}/g;

/** Says a sentence in the language of the page. */
export function say(words: Words, key: string, places: Places = {}): string {
  return (words[key] ?? key).replace(place, (all, name?: string, count?: string, choices?: string) => {
    if (name) return String(places[name] ?? all);
    return choose(choices ?? "", Number(places[count ?? ""]));
  });
}

function choose(choices: string, n: number): string {
  const form = new Intl.PluralRules(lang()).select(n);
  const found = new Map([...choices.matchAll(branch)].map(([, when = "", text = ""]) => [when, text]));
  return (found.get(`=${n}`) ?? found.get(form) ?? found.get("other") ?? "").replace(/#/g, String(n));
}

/** "in 5 hours", "in 25 minutes": a span that is still to come. */
export function inSpan(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  const format = new Intl.RelativeTimeFormat(lang(), { numeric: "always" });
  return minutes < 60 ? format.format(minutes, "minute") : format.format(Math.round(minutes / 60), "hour");
}

/** A time of day on the door's clock, such as 18:49. */
export function clock(ms: number, zone: string): string {
  const parts: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  return new Intl.DateTimeFormat(`${lang()}-u-nu-latn`, parts).format(ms);
}

/** A running time or a count-down as figures: 0:42. */
export function figures(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function lang(): string {
  return document.documentElement.lang;
}
