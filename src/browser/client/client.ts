/** Owns `createClient`: signing in and out from a page, and who is signed in, the same in every tab. */
import { clientErrors, failureIn } from "../errors.ts";
import { createKnowledge } from "../knowledge.ts";
import { type Page, thisPage } from "../page.ts";
import type { ClientState } from "../state.ts";
import { openSignInWindow, type SignInWindow } from "../window.ts";
import type { Session } from "../wire.ts";

/** What a client may be told. */
export interface ClientOptions {
  /** Where Windlass answers: an origin. Default: the page's own, which is where people's sessions can be seen. */
  readonly baseUrl?: string;
  /** The page to run in. Default: the one this is; none on a server. */
  readonly page?: Page | null;
}

/** One way to sign in. */
export interface SignInOptions {
  /** Which Bitbucket of the configuration. Default `bitbucket`. */
  readonly instance?: string;
  /** A path of the server's, to go on to. Default: this page. */
  readonly returnTo?: string;
  /** The whole page goes to Bitbucket, or a window of its own. Default `redirect`. */
  readonly window?: "redirect" | "popup";
}

/** Who is signed in, and the ways in and out. Every function may be handed on by itself. */
export interface Client {
  /** What is known at this moment; the same object until something changes. */
  readonly state: ClientState;
  /**
   * Signs somebody in. By redirect the page is left; the promise resolves only if the person comes back to it by the
   * browser's history. By `popup` (to be called in the click itself) it resolves with the session, and with null where the server is
   * of another origin, whose sessions no page can see. Asked again while a window is open, it brings that one forward.
   * Rejects with a `ClientError`: `browser.popup_blocked`, `browser.popup_closed`, `browser.wrong_origin`,
   * `browser.not_seen`, or with the server's own code.
   */
  signIn(options?: SignInOptions): Promise<Session | null>;
  /** Asks the server; null when nobody is signed in. Those who ask at the same time share an answer. Rejects with a `ClientError`. */
  session(): Promise<Session | null>;
  /** Ends the session at the server, and tells every tab. Rejects with a `ClientError` where it still lives. */
  signOut(): Promise<void>;
  /** Tells of every change, and asks once where nothing is known. Gives what ends it. */
  onChange(listener: (state: ClientState) => void): () => void;
  /** Lets go of timers and channels. Whatever is asked afterwards begins anew. */
  close(): void;
}

/** Makes a client. Nothing happens before something is asked of it, and on a server nothing at all. */
export function createClient({ baseUrl, page = thisPage() }: ClientOptions = {}): Client {
  const given = baseUrl === undefined ? null : new URL(baseUrl).origin;
  let child: SignInWindow | null = null;
  let entering: Promise<Session | null> | null = null;
  let leaving: Promise<void> | null = null;

  const here = (): Page => {
    if (page === null) throw clientErrors.fail("browser.no_page");
    return page;
  };
  const server = () => given ?? here().location.origin;
  const knowledge = createKnowledge({
    page: here,
    server,
    outcome: (told, mark) => child?.hear(told, mark) ?? false,
  });

  const openWindow = async (address: string): Promise<Session | null> => {
    child = openSignInWindow(here(), address);
    const end = await child.ended;
    const isOurs = here().location.origin === server();
    const session = isOurs ? await knowledge.askAnew() : null;
    if (session !== null || (end === "told" && !isOurs)) return session;
    throw clientErrors.fail(end === "told" ? "browser.not_seen" : "browser.popup_closed");
  };
  const leave = async (): Promise<void> => {
    await endSession(here(), server(), knowledge.askAnew);
    knowledge.signOut();
  };

  return {
    get state() {
      return knowledge.state;
    },
    async signIn(options = {}) {
      const address = addressOf(here(), server(), options);
      if (options.window !== "popup") return leaveFor(here(), address, knowledge.askAnew);
      if (entering !== null) child?.focus();
      entering ??= openWindow(address).finally(() => {
        entering = null;
      });
      return entering;
    },
    session: async () => knowledge.ask(),
    async signOut() {
      leaving ??= leave().finally(() => {
        leaving = null;
      });
      return leaving;
    },
    onChange(listener) {
      const stop = knowledge.listen(listener);
      if (page !== null && knowledge.state.status === "loading") knowledge.ask().catch(() => {});
      return stop;
    },
    close: knowledge.close,
  };
}

/** The token may have been made anew since it was read: a refusal is tried once more with a fresh one. */
async function endSession(page: Page, server: string, ask: () => Promise<Session | null>): Promise<void> {
  for (const isLast of [false, true]) {
    const session = await ask();
    if (session === null) return;
    const request = { method: "POST", headers: { "x-csrf-token": session.csrf }, redirect: "manual" };
    const answer = await page.fetch(`${server}/auth/logout`, request).catch((cause: unknown) => {
      throw clientErrors.fail("browser.unreachable", cause);
    });
    if (answer.ok || answer.type === "opaqueredirect") return;
    if (isLast || answer.status !== 403)
      throw failureIn(await answer.json().catch(() => undefined), answer.status);
  }
}

function addressOf(
  page: Page,
  server: string,
  { instance = "bitbucket", ...options }: SignInOptions,
): string {
  const { origin, pathname, search } = page.location;
  const own = origin === server ? pathname + search : undefined;
  const { returnTo = own } = options;
  const query = new URLSearchParams(options.window === "popup" ? { flow: "popup", opener: origin } : {});
  if (returnTo !== undefined) query.set("returnTo", returnTo);
  return `${server}/auth/${encodeURIComponent(instance)}/login?${query}`;
}

/** Browsers keep a page that was left, and show it again as it was: then it is asked who is signed in by now. */
function leaveFor(page: Page, address: string, ask: () => Promise<Session | null>): Promise<Session | null> {
  return new Promise((resolve, reject) => {
    const hear = ({ persisted }: { readonly persisted: boolean }) => {
      if (!persisted) return;
      page.removeEventListener("pageshow", hear);
      ask().then(resolve, reject);
    };
    page.addEventListener("pageshow", hear);
    page.location.assign(address);
  });
}
