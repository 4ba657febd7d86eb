/** Owns keeping the tabs of a browser in step: each says what it knows in a number, and who differs asks the server. */
import type { Page } from "./page.ts";
import { readOutcome, type Session, type WindowOutcome } from "./wire.ts";

export interface TabsParts {
  readonly page: Page;
  /** Another tab knows something else: the server is to be asked. */
  differs(known: number): void;
  /** Another tab has signed out. */
  signedOut(): void;
  /** A window has told every page of ours how its trip ended; true when it was heard and may close. */
  outcome(outcome: WindowOutcome, mark: unknown): boolean;
}

export interface Tabs {
  /** Tells the others what this one knows now. */
  know(known: number): void;
  signOut(): void;
  close(): void;
}

/** Listens, and speaks. Nothing about the person goes from tab to tab. */
export function joinTabs({ page, differs, signedOut, outcome }: TabsParts): Tabs {
  const tabs = new page.BroadcastChannel("windlass:session");
  tabs.onmessage = ({ data }) => {
    const { known, isOut } = (data ?? {}) as { known?: unknown; isOut?: unknown };
    if (isOut === true) signedOut();
    else if (typeof known === "number") differs(known);
  };
  const windows = new page.BroadcastChannel("windlass:sign-in");
  windows.onmessage = ({ data }) => {
    const told = readOutcome(data);
    const { mark } = (data ?? {}) as { mark?: unknown };
    if (told !== null && outcome(told, mark)) windows.postMessage({ heard: mark });
  };
  return {
    know: (known) => tabs.postMessage({ known }),
    signOut: () => tabs.postMessage({ isOut: true }),
    close() {
      tabs.close();
      windows.close();
    },
  };
}

/** A number that differs where two tabs know different sessions: too short to be of use for anything else. */
export function knownAs(session: Session | null): number {
  let known = 0;
  for (const sign of session?.csrf ?? "") known = (known * 31 + sign.charCodeAt(0)) | 0;
  return known;
}
