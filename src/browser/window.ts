/** Owns signing in in a window of its own, from the page's side: opens it, believes one origin, notices its end. */
import { ClientError, clientErrors } from "./errors.ts";
import { type Page, type PageMessage, type PageWindow, tryStorage } from "./page.ts";
import { readOutcome, type WindowOutcome } from "./wire.ts";

const [name, markName] = ["windlass-sign-in", "windlass:sign-in"];
const [width, height] = [520, 720];
const lookEveryMilliseconds = 300;

export interface SignInWindow {
  /** Resolves with how the trip ended: `told` by the window, or `closed` without a word. Rejects with a {@link ClientError}. */
  readonly ended: Promise<"told" | "closed">;
  /** An outcome that came round another way; true when it is this window's. */
  hear(outcome: WindowOutcome, mark: unknown): boolean;
  focus(): void;
}

/** To be called in the click itself: later, browsers block it. Throws `browser.popup_blocked`. */
export function openSignInWindow(page: Page, address: string): SignInWindow {
  const mark = String(page.crypto.getRandomValues(new Uint32Array(4)));
  // The window finds it in its copy of the storage, also when Bitbucket has cut its tie to this page.
  tryStorage(() => page.sessionStorage.setItem(markName, mark));
  const child = page.open(address, name, featuresOf(page));
  tryStorage(() => page.sessionStorage.removeItem(markName));
  if (child === null) throw clientErrors.fail("browser.popup_blocked");

  const { promise: ended, resolve, reject } = Promise.withResolvers<"told" | "closed">();
  const finish = (told: WindowOutcome) =>
    told.outcome === "signed-in" ? resolve("told") : reject(new ClientError(told.code, told));
  const stop = listenTo({ page, child, server: new URL(address).origin, finish, reject });
  const watch = page.setInterval(() => {
    if (child.closed) resolve("closed");
  }, lookEveryMilliseconds);
  let isOver = false;
  const clear = () => {
    isOver = true;
    page.clearInterval(watch);
    stop();
  };
  ended.then(clear, clear);
  return {
    ended,
    focus: () => child.focus(),
    hear(outcome, heard) {
      if (heard !== mark) return false;
      finish(outcome);
      // Where this page has given up, a refusal is left to the window to show.
      return !isOver || outcome.outcome === "signed-in";
    },
  };
}

interface Listening {
  readonly page: Page;
  readonly child: PageWindow;
  /** The one origin that is believed. */
  readonly server: string;
  finish(told: WindowOutcome): void;
  reject(error: Error): void;
}

/** Messages of that window and no other; gives what ends the listening. */
function listenTo({ page, child, server, finish, reject }: Listening): () => void {
  const hear = ({ source, origin, data }: PageMessage) => {
    const told = source === child ? readOutcome(data) : null;
    if (told === null) return;
    if (origin === server) finish(told);
    else reject(clientErrors.fail("browser.wrong_origin"));
  };
  page.addEventListener("message", hear);
  return () => page.removeEventListener("message", hear);
}

function featuresOf({ screenX, screenY, outerWidth, outerHeight }: Page): string {
  const left = Math.max(0, screenX + (outerWidth - width) / 2);
  const top = Math.max(0, screenY + (outerHeight - height) / 2);
  return `popup,width=${width},height=${height},left=${left},top=${top}`;
}
