/** Owns what a server of this bench says of itself, so that one browser can sign in at any of them. */

/** A request; `{csrf}` in its body stands for the `csrfToken` the one before answered. */
export interface Step {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly type?: string;
  readonly body?: string;
}

export interface SignInServer {
  readonly origin: string;
  /** The last of them answers where to go: as `Location`, or as `url` of a JSON object. */
  readonly begin: readonly Step[];
  /** Answers who is signed in, with their address. */
  readonly session: string;
  /** Where its data lies, when it is a file. */
  readonly file?: string;
}

export const secret = "only for this measurement: thirty-two characters";

/** Of the consumer that the upstream knows. */
export const consumer = { id: "key", secret: "secret" } as const;

/** The same for everybody who signs in anywhere. */
export const emailOf = (person: number) => `person-${person}@example.com`;

/** How many people there are; they sign in by turns. */
export const people = 1_000;

/** From the command line of each server. */
export const upstream = process.argv[2] ?? "";

export const addresses = {
  authorize: `${upstream}/site/oauth2/authorize`,
  token: `${upstream}/site/oauth2/access_token`,
  api: `${upstream}/2.0`,
  user: `${upstream}/2.0/user`,
  emails: `${upstream}/2.0/user/emails`,
} as const;

export interface EmailPage {
  readonly values: readonly {
    readonly email: string;
    readonly is_primary: boolean;
    readonly is_confirmed: boolean;
  }[];
}

export function primaryOf({ values }: EmailPage): string {
  return values.find(({ is_primary, is_confirmed }) => is_primary && is_confirmed)?.email ?? "";
}
