/** Owns that a page goes to Bitbucket by itself at most once in each tab, and never after somebody has signed out. */
import { thisPage, tryStorage } from "./page.ts";

const name = "windlass:tried";

/** True the first time in this tab. False where nothing can be kept, and on a server. */
export function takeFirstTry(): boolean {
  const isFirst = tryStorage(() => thisPage()?.sessionStorage.getItem(name) === null);
  noteTry();
  // Only what was kept makes it the first: else every page would try.
  return isFirst === true && tryStorage(() => thisPage()?.sessionStorage.getItem(name)) !== null;
}

/** From now on nobody is sent on by themselves in this tab. */
export function noteTry(): void {
  tryStorage(() => thisPage()?.sessionStorage.setItem(name, "yes"));
}
