/** Owns what a browser remembers of signing in: the way that was taken last. */
import { thisPage, tryStorage } from "../page.ts";

const name = "windlass:last-way";

/** The id of the way taken last in this browser; null where none is remembered, and on a server. */
export function lastWay(): string | null {
  return tryStorage(() => thisPage()?.localStorage.getItem(name) ?? null);
}

/** Remembers a way for the next time. */
export function rememberWay(id: string): void {
  tryStorage(() => thisPage()?.localStorage.setItem(name, id));
}
