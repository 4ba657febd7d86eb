/** Owns asking the server who is signed in: together, never by an answer that was overtaken, in step with other tabs. */
import { type ClientError, clientErrors, failureIn } from "./errors.ts";
import { noteTry } from "./first-try.ts";
import type { Page } from "./page.ts";
import { type Renewal, renewWhileUsed } from "./renewal.ts";
import { type ClientState, keepState } from "./state.ts";
import { joinTabs, knownAs, type Tabs, type TabsParts } from "./tabs.ts";
import { readSession, type Session } from "./wire.ts";

export interface KnowledgeParts {
  /** Throws where there is none. */
  page(): Page;
  /** The server's origin. */
  server(): string;
  /** See {@link TabsParts}; what it does not hear is taken as news. */
  readonly outcome: TabsParts["outcome"];
}

export interface Knowledge {
  readonly state: ClientState;
  listen(listener: (state: ClientState) => void): () => void;
  /** Joins whoever is asking already. */
  ask(): Promise<Session | null>;
  /** Something has happened since: an answer that is under way counts for nothing. */
  askAnew(): Promise<Session | null>;
  /** This tab has signed out. */
  signOut(): void;
  close(): void;
}

interface Watch {
  readonly tabs: Tabs;
  readonly renewal: Renewal;
}

export function createKnowledge({ page, server, outcome }: KnowledgeParts): Knowledge {
  const state = keepState();
  let watch: Watch | null = null;
  let asking: Promise<Session | null> | null = null;

  const learn = (session: Session | null): Session | null => {
    const former = state.now;
    if (former.status === "signed-in" && session === null) noteTry();
    state.learn(session);
    watch?.renewal.learned(session);
    const isNews = former.status === "loading" || knownAs(former.session) !== knownAs(session);
    if (isNews) watch?.tabs.know(knownAs(session));
    return session;
  };
  const ask = (): Promise<Session | null> => {
    if (asking !== null) return asking;
    watch ??= begin(page());
    const mine: Promise<Session | null> = readFrom(page(), server()).then(
      (session) => (asking === mine ? learn(session) : ask()),
      (error: ClientError) => {
        if (asking === mine) state.fail(error);
        watch?.renewal.failed();
        throw error;
      },
    );
    asking = mine;
    const done = () => {
      if (asking === mine) asking = null;
    };
    mine.then(done, done);
    return mine;
  };
  const askAnew = () => {
    asking = null;
    return ask();
  };
  /** Nobody waits for the answer: the state alone says what became of it. */
  const askAside = () => void askAnew().catch(() => {});

  const begin = (at: Page): Watch => ({
    renewal: renewWhileUsed({ page: at, ask: askAside }),
    tabs: joinTabs({
      page: at,
      differs(known) {
        if (known !== knownAs(state.now.session)) askAside();
      },
      signedOut() {
        noteTry();
        state.learn(null);
        askAside();
      },
      outcome(told, mark) {
        const isHeard = outcome(told, mark);
        if (!isHeard && told.outcome === "signed-in") askAside();
        return isHeard;
      },
    }),
  });

  return {
    get state() {
      return state.now;
    },
    listen: state.listen,
    ask,
    askAnew,
    signOut() {
      asking = null;
      learn(null);
      watch?.tabs.signOut();
    },
    close() {
      watch?.tabs.close();
      watch?.renewal.close();
      watch = null;
    },
  };
}

async function readFrom(page: Page, server: string): Promise<Session | null> {
  const request = { headers: { accept: "application/json" }, credentials: "same-origin" };
  const answer = await page.fetch(`${server}/auth/session`, request).catch((cause: unknown) => {
    throw clientErrors.fail("browser.unreachable", cause);
  });
  const body = await answer.json().catch(() => undefined);
  if (!answer.ok) throw failureIn(body, answer.status);
  const session = readSession(body);
  if (session === undefined) throw clientErrors.fail("browser.bad_answer");
  return session;
}
