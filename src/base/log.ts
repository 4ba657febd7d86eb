/** Owns the shape of a log: structured events. Which library writes them is decided by the server. */

/** Facts of one event: never a token, secret, code, state, cookie or signature. */
export type LogFacts = Readonly<Record<string, unknown>>;

/** Where events go: a name such as `vault.refreshed`, and facts, never a secret. */
export interface Log {
  info(event: string, facts?: LogFacts): void;
  warn(event: string, facts?: LogFacts): void;
  error(event: string, facts?: LogFacts): void;
}

/** For a library whose host keeps no log. */
export const silentLog: Log = { info() {}, warn() {}, error() {} };
