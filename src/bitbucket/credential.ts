/** Owns what each kind of credential is: the header it makes of itself for a call, and how it is renewed. */
import type { Clock } from "../base/clock.ts";
import type { Fetch } from "../base/http/door.ts";
import { Secret } from "../base/secret.ts";
import { type Authorize, type AuthorizedCall, basicHeader, bearerHeader } from "./api/authorize.ts";
import { bitbucketErrors } from "./errors.ts";
import type { Instance, Product } from "./instance.ts";
import { signCall } from "./oauth1/sign-call.ts";
import { renewAccess } from "./oauth1/tokens.ts";
import type { TokenSet } from "./oauth2/answer.ts";
import { refreshTokens, requestClientCredentials } from "./oauth2/token.ts";

export type CredentialKind =
  | "oauth2"
  | "oauth1"
  | "api-token"
  | "app-password"
  | "access-token"
  | "http-access-token"
  | "client-credentials";

/** What there is to know of a kind, for whoever offers it. */
interface KindFacts {
  readonly products: readonly Product[];
  /** Entered by a person, without a trip to Bitbucket. */
  readonly isEntered: boolean;
  /** What goes with the secret in Basic; null: the secret stands alone. */
  readonly login: "e-mail" | "user name" | null;
  /** The user name for git over HTTPS; null: the login, or a header in its place. */
  readonly gitUser: string | null;
}

/** @see "Using API tokens", "Using access tokens" (Cloud); "HTTP access tokens" (Data Center) */
export const credentialKinds = {
  oauth2: { products: ["cloud", "data-center"], isEntered: false, login: null, gitUser: "x-token-auth" },
  oauth1: { products: ["server"], isEntered: false, login: null, gitUser: null },
  "api-token": {
    products: ["cloud"],
    isEntered: true,
    login: "e-mail",
    gitUser: "x-bitbucket-api-token-auth",
  },
  "app-password": { products: ["cloud"], isEntered: true, login: "user name", gitUser: null },
  "access-token": { products: ["cloud"], isEntered: true, login: null, gitUser: "x-token-auth" },
  "http-access-token": {
    products: ["data-center", "server"],
    isEntered: true,
    login: null,
    gitUser: null,
  },
  "client-credentials": { products: ["cloud"], isEntered: false, login: null, gitUser: "x-token-auth" },
} as const satisfies Record<CredentialKind, KindFacts>;

/** A credential as it is kept. */
export interface Credential {
  readonly kind: CredentialKind;
  /** The e-mail address or user name of Basic. */
  readonly login: string | null;
  readonly accessToken: Secret;
  /** With OAuth 1.0a the session handle. */
  readonly refreshToken: Secret | null;
}

/** The `Authorization` header's value that a credential makes for one call. Throws `bitbucket.configuration` for OAuth 1.0a elsewhere than at a Server. */
export async function headerFor(
  { instance, clock }: { readonly instance: Instance; readonly clock: Clock },
  { kind, login, accessToken }: Omit<Credential, "refreshToken">,
  call: AuthorizedCall,
): Promise<Secret> {
  if (kind === "oauth1") return signCall({ instance: server(instance), clock }, accessToken, call);
  return unsigned({ login, accessToken });
}

function unsigned({ login, accessToken }: Pick<Credential, "login" | "accessToken">): Secret {
  return login === null ? bearerHeader(accessToken) : basicHeader(login, accessToken);
}

/** Of a header {@link headerFor} made and of a credential: what has to be equal for the one to come from the other. */
export function originOf(header: Secret): Secret {
  const token = /[ ,]oauth_token="([^"]*)"/.exec(header.reveal())?.[1];
  return token === undefined ? header : new Secret(decodeURIComponent(token));
}

/** See {@link originOf}. */
export function originIn({ kind, ...credential }: Omit<Credential, "refreshToken">): Secret {
  return kind === "oauth1" ? credential.accessToken : unsigned(credential);
}

/** Authorizes with a credential that is not renewed: after a 401 it throws `bitbucket.unauthorized`. */
export function authorizeAs(
  place: { readonly instance: Instance; readonly clock: Clock },
  credential: Omit<Credential, "refreshToken">,
): Authorize {
  return async (call) => {
    if (call.rejected !== undefined) throw bitbucketErrors.fail("bitbucket.unauthorized");
    return headerFor(place, credential, call);
  };
}

export interface RenewalContext {
  readonly instance: Instance;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** See `TokenContext`. */
  readonly onRefreshToken?: ((token: Secret) => Promise<void>) | undefined;
}

/** Whether a credential can be renewed without a person. */
export function isRenewable(kind: CredentialKind, hasRefreshToken: boolean): boolean {
  return kind === "client-credentials" || ((kind === "oauth2" || kind === "oauth1") && hasRefreshToken);
}

/** Renews access. Throws `bitbucket.refresh_refused` when Bitbucket says no, and what the request throws. */
export async function renewCredential(context: RenewalContext, credential: Credential): Promise<TokenSet> {
  const { kind, accessToken, refreshToken } = credential;
  const { instance } = context;
  if (kind === "client-credentials" && instance.product !== "server")
    return requestClientCredentials({ ...context, instance });
  if (refreshToken === null) throw bitbucketErrors.fail("bitbucket.refresh_refused");
  if (kind === "oauth1") {
    const parts = { ...context, instance: server(instance) };
    const tokens = await renewAccess(parts, { accessToken, sessionHandle: refreshToken });
    return { ...tokens, refreshToken: tokens.sessionHandle, tokenType: "oauth1", scopes: [] };
  }
  if (instance.product === "server") throw otherProduct(instance);
  return refreshTokens({ ...context, instance }, refreshToken);
}

function server(instance: Instance) {
  if (instance.product === "server") return instance;
  throw otherProduct(instance);
}

function otherProduct({ id, product }: Instance) {
  const message = `The connection's credential does not belong to “${id}”, which is set up as ${product} now.`;
  return bitbucketErrors.fail("bitbucket.configuration", { message });
}
