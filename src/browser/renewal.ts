/** Owns when a session is renewed: by asking for it before its end, and only while somebody uses the page. */
import type { Page } from "./page.ts";
import type { Session } from "./wire.ts";

const [shortestWait, longestWait] = [10_000, 300_000];

/** What only a person does. A page that moves or asks by itself does not count as used. */
const uses = ["pointerdown", "keydown", "wheel", "touchmove", "focus", "visibilitychange"];

export interface Renewal {
  /** What was just learned: the time begins anew. */
  learned(session: Session | null): void;
  /** Nothing was learned: once more after a while. */
  failed(): void;
  close(): void;
}

/**
 * Asks at half of the time that is left, five minutes at most, if the page was used since the last answer; otherwise at its
 * next use. A page that nobody uses never asks, and its session ends.
 */
export function renewWhileUsed({ page, ask }: { readonly page: Page; ask(): void }): Renewal {
  let isSignedIn = false;
  let isUsed = false;
  let dueAt = 0;
  let timer: number | undefined;

  const renew = () => {
    if (!isSignedIn || page.Date.now() < dueAt) return;
    dueAt = page.Date.now() + shortestWait;
    ask();
  };
  const wait = (milliseconds: number) => {
    isUsed = false;
    dueAt = page.Date.now() + milliseconds;
    page.clearTimeout(timer);
    timer = page.setTimeout(() => {
      if (isUsed) renew();
    }, milliseconds);
  };
  const noteUse = () => {
    if (page.document.visibilityState === "hidden") return;
    isUsed = true;
    // A machine that slept has timers that are late.
    renew();
  };
  const options = { capture: true, passive: true };
  for (const use of uses) page.addEventListener(use, noteUse, options);
  return {
    learned(session) {
      isSignedIn = session !== null;
      page.clearTimeout(timer);
      if (session === null) return;
      const left = Date.parse(session.expiresAt) - page.Date.now();
      wait(Math.min(longestWait, Math.max(shortestWait, left / 2)));
    },
    failed: () => {
      if (isSignedIn) wait(shortestWait);
    },
    close() {
      page.clearTimeout(timer);
      for (const use of uses) page.removeEventListener(use, noteUse, options);
    },
  };
}
