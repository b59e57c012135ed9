/** Calls back as soon as the page is in front, which may be now: browsers
 *  capture only then, and only then has somebody seen what it shows. */
export function whenSeen(then: () => void): void {
  if (!document.hidden) then();
  else document.addEventListener("visibilitychange", () => whenSeen(then), { once: true });
}
