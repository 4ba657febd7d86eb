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

/** Of the consumer that every upstream knows. */
export const consumer = { id: "key", secret: "secret" } as const;

/** The same consumer for who is called localhost: where its people come back to is written down. */
export const localhostConsumer = { ...consumer, id: "localhost-key" } as const;

/** Where the upstream is: its pages, and its API without `/2.0`. */
export interface UpstreamOrigins {
  readonly site: string;
  readonly api: string;
}

/** From the command line of each server. */
export const upstream: UpstreamOrigins = { site: process.argv[2] ?? "", api: process.argv[3] ?? "" };

export const addresses = {
  authorize: `${upstream.site}/site/oauth2/authorize`,
  token: `${upstream.site}/site/oauth2/access_token`,
  api: `${upstream.api}/2.0`,
  user: `${upstream.api}/2.0/user`,
  emails: `${upstream.api}/2.0/user/emails`,
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
