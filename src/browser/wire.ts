/** Owns what the server says to the client: `GET /auth/session`, and a window that has signed somebody in. */

/** A person. */
export interface SessionUser {
  /** Ours; it never changes. */
  readonly id: string;
  readonly displayName: string;
  readonly email: string | null;
  /** Whether Bitbucket has confirmed the address. */
  readonly emailVerified: boolean;
  readonly avatarUrl: string | null;
  /** The catalog's user who this is, such as `user:default/john`; null where no resolver is configured. */
  readonly entityRef: string | null;
}

/** Who is signed in. */
export interface Session {
  readonly user: SessionUser;
  /** At which Bitbucket of the configuration. */
  readonly instance: string;
  /** What the rules made of the person, such as `member`; for showing things, not for guarding them. */
  readonly roles: readonly string[];
  /** When it ends if nothing more is asked: ISO 8601. */
  readonly expiresAt: string;
  /** To be sent as `X-CSRF-Token` with whatever changes something at the server. */
  readonly csrf: string;
}

/** What `GET /auth/session` answers. */
export type SessionAnswer = Session | { readonly user: null };

/** What a window says when the trip is over. */
export type WindowOutcome =
  | { readonly type: "windlass:sign-in"; readonly outcome: "signed-in"; readonly next?: string }
  | {
      readonly type: "windlass:sign-in";
      readonly outcome: "failed";
      readonly code: string;
      readonly message: string;
      readonly cure: string;
      readonly reference: string;
    };

/** A window's outcome, or null for any other message. */
export function readOutcome(data: unknown): WindowOutcome | null {
  // Any script may send anything: what is read of it is checked here.
  const told = data as Partial<WindowOutcome> | null | undefined;
  if (told?.type !== "windlass:sign-in") return null;
  return told.outcome === "signed-in" || told.outcome === "failed" ? (told as WindowOutcome) : null;
}

/** The session in an answer; null when nobody is signed in, undefined when it is none of Windlass's answers. */
export function readSession(answer: unknown): Session | null | undefined {
  // As above: another program may answer at that address.
  const { user, csrf } = (answer ?? {}) as Partial<Session>;
  if (user === null) return null;
  return typeof user?.id === "string" && typeof csrf === "string" ? (answer as Session) : undefined;
}
