/** Owns what is known of who is signed in, and telling those who listen. */
import type { ClientError } from "./errors.ts";
import type { Session } from "./wire.ts";

/** What is known: `loading` until the server has answered once, `error` where it could not. */
export type ClientState =
  | { readonly status: "loading"; readonly session: null; readonly error: null }
  | { readonly status: "signed-in"; readonly session: Session; readonly error: null }
  | { readonly status: "signed-out"; readonly session: null; readonly error: null }
  | { readonly status: "error"; readonly session: null; readonly error: ClientError };

/** Before anything is known, and always on a server. */
export const loading: ClientState = { status: "loading", session: null, error: null };

export interface StateKeeper {
  /** The same object until something changes. */
  readonly now: ClientState;
  learn(session: Session | null): void;
  /** Matters only where nothing is known: a server that is silent for a moment signs nobody out. */
  fail(error: ClientError): void;
  /** Gives what ends it. */
  listen(listener: (state: ClientState) => void): () => void;
}

export function keepState(): StateKeeper {
  const listeners = new Set<(state: ClientState) => void>();
  let now = loading;
  const tell = (next: ClientState) => {
    now = next;
    for (const listener of [...listeners]) listener(next);
  };
  return {
    get now() {
      return now;
    },
    learn(session) {
      const isSame = now.status !== "loading" && now.status !== "error" && same(now.session, session);
      if (isSame) return;
      tell(
        session === null
          ? { status: "signed-out", session, error: null }
          : { status: "signed-in", session, error: null },
      );
    },
    fail(error) {
      if (now.status === "loading" || now.status === "error") tell({ status: "error", session: null, error });
    },
    listen(listener) {
      // The same function may listen twice.
      const own = (state: ClientState) => listener(state);
      listeners.add(own);
      return () => listeners.delete(own);
    },
  };
}

/** Both are JSON of one server, which writes its fields in one order. */
function same(one: Session | null, other: Session | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
