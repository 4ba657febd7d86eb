/** Owns the failures that a page itself finds, and the shape of those that the server tells it. */

/** Who can mend it, as everywhere in Windlass. */
export type Reaction = "configuration" | "refused" | "unreachable" | "malformed" | "stale";

const entries = {
  "browser.no_page": {
    reaction: "configuration",
    message: "There is no page here: this runs on a server.",
    cure: "Call it in a browser, such as from a click or an effect.",
  },
  "browser.popup_blocked": {
    reaction: "refused",
    message: "The browser has blocked the window.",
    cure: "Allow windows for this page, or sign in without one.",
  },
  "browser.popup_closed": {
    reaction: "refused",
    message: "The window was closed, and nobody is signed in.",
    cure: "Sign in again. If it is still open, go on there: this page will notice.",
  },
  "browser.wrong_origin": {
    reaction: "refused",
    message: "The window answered from another place than the server, and is not believed.",
    cure: "Close the window and begin again.",
  },
  "browser.not_seen": {
    reaction: "stale",
    message: "The window has signed somebody in, and this page sees nobody.",
    cure: "Allow cookies for this site, and open it at the address the server is known by.",
  },
  "browser.unreachable": {
    reaction: "unreachable",
    message: "The server does not answer.",
    cure: "Try again in a moment.",
  },
  "browser.bad_answer": {
    reaction: "malformed",
    message: "What was answered is not Windlass's.",
    cure: "Check baseUrl, and what answers at /auth/session.",
  },
} as const satisfies Readonly<Record<string, Entry>>;

interface Entry {
  readonly reaction: Reaction;
  readonly message: string;
  readonly cure: string;
}

/** A code that the page itself gives. The server's are in `docs/errors.md` beside them. */
export type ClientErrorCode = keyof typeof entries;

/** A failure with a code. Message and cure are whole sentences for the person. */
export class ClientError extends Error {
  override readonly name = "ClientError";
  /** One of {@link ClientErrorCode}, or a code of the server. */
  readonly code: string;
  /** What to do about it. */
  readonly cure: string;
  /** Who can mend it; undefined where the server has not said. */
  readonly reaction: Reaction | undefined;
  /** What the server's log has it under, where it said so. */
  readonly reference: string | undefined;

  constructor(code: string, told: ToldFailure, cause?: unknown) {
    super(told.message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.cure = told.cure;
    this.reaction = told.reaction;
    this.reference = told.reference;
  }
}

/** What is known of a failure beside its code. */
export interface ToldFailure {
  readonly message: string;
  readonly cure: string;
  readonly reaction?: Reaction;
  readonly reference?: string;
}

/** The catalogue, and the one way to make its failures. */
export const clientErrors = {
  entries,
  fail: (code: ClientErrorCode, cause?: unknown): ClientError => new ClientError(code, entries[code], cause),
};

/** The failure in an answer's JSON; one of ours where there is none in it. */
export function failureIn(body: unknown, status: number): ClientError {
  // Whatever answered: what is read of it is checked.
  const { error } = (body ?? {}) as { error?: Partial<ToldFailure & { code: string }> };
  if (typeof error?.code === "string" && typeof error.message === "string")
    return new ClientError(error.code, { message: error.message, cure: String(error.cure ?? "") });
  return clientErrors.fail(status >= 500 || status === 429 ? "browser.unreachable" : "browser.bad_answer");
}
