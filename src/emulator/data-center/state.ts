/** Owns what credentials leave behind at a Data Center or Server: links, tokens, sessions. Secrets live here in memory and nowhere else. */

/** The incoming side of an application link of the kind "Atlassian product" (OAuth 1). */
export interface OAuth1Consumer {
  readonly key: string;
  readonly name: string;
  /** As it was pasted: nothing looks at it before a signature does. */
  readonly publicKey: string;
  /** Empty: the link has none. */
  readonly callbackUrl: string;
  readonly threeLegged: boolean;
  readonly twoLegged: boolean;
  /** Only for the seeded link, so that a test can sign as it. */
  readonly privateKey: string | null;
}

/** A request token, ten minutes long; exchanged once. */
export interface OAuth1RequestToken {
  readonly token: string;
  readonly secret: string;
  readonly consumerKey: string;
  /** As it was sent, `oob` included; null: none was, which makes the dance one of OAuth 1.0 without verifier. */
  readonly callback: string | null;
  readonly createdAt: Date;
  /** What the person said; null: nothing yet. A verifier of null beside `allowed` belongs to OAuth 1.0. */
  decision:
    | { readonly kind: "allowed"; readonly personId: number; readonly verifier: string | null }
    | { readonly kind: "denied" }
    | null;
}

export interface OAuth1AccessToken {
  readonly token: string;
  readonly secret: string;
  readonly consumerKey: string;
  readonly personId: number;
  readonly grantedAt: Date;
  readonly expiresAt: Date;
  readonly sessionHandle: string;
  readonly sessionExpiresAt: Date;
}

export interface OAuth1State {
  readonly consumers: Map<string, OAuth1Consumer>;
  readonly requestTokens: Map<string, OAuth1RequestToken>;
  readonly accessTokens: Map<string, OAuth1AccessToken>;
  /** Nonce with timestamp, consumer and token → its timestamp in seconds. */
  readonly nonces: Map<string, number>;
}

/** An incoming link of the kind "External application" (OAuth 2). */
export interface OAuth2Client {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly name: string;
  readonly redirectUrls: readonly string[];
  /** The most a request may ask for. */
  readonly scopes: readonly string[];
}

/** What one person allowed one client, once. */
export interface OAuth2Grant {
  readonly id: string;
  readonly clientId: string;
  readonly personId: number;
  readonly scopes: readonly string[];
  readonly grantedAt: Date;
  revoked: boolean;
}

export interface OAuth2Code {
  readonly code: string;
  readonly grantId: string;
  readonly redirectUri: string;
  readonly challenge: { readonly value: string; readonly method: "plain" | "S256" } | null;
  readonly expiresAt: Date;
  /** A second use revokes what came of the first. */
  used: boolean;
}

export interface OAuth2Token {
  readonly token: string;
  readonly grantId: string;
  readonly expiresAt: Date;
}

export interface OAuth2State {
  readonly clients: Map<string, OAuth2Client>;
  readonly grants: Map<string, OAuth2Grant>;
  readonly codes: Map<string, OAuth2Code>;
  readonly accessTokens: Map<string, OAuth2Token>;
  readonly refreshTokens: Map<string, OAuth2Token>;
}

/** Whose an HTTP access token is: a person's own, or a project's or repository's, which acts as nobody. */
export type HttpTokenOwner =
  | { readonly kind: "person"; readonly personId: number }
  | { readonly kind: "project"; readonly projectKey: string }
  | { readonly kind: "repository"; readonly projectKey: string; readonly repositorySlug: string };

export interface HttpAccessToken {
  readonly id: string;
  readonly name: string;
  readonly token: string;
  readonly owner: HttpTokenOwner;
  readonly permissions: readonly string[];
  readonly createdAt: Date;
  /** Null: never. */
  readonly expiresAt: Date | null;
  lastUsedAt: Date | null;
  /** From the seed: shown wherever the emulator tells who is there. Others are shown once. */
  readonly isSeeded: boolean;
}

/** Somebody's browser. */
export interface DcSession {
  /** Carried by every form as `atl_token`. */
  readonly csrf: string;
  readonly personId: number | null;
  /** Of its last request. */
  seenAt: Date;
}

/** Everything above, as one part of the world. */
export interface CredentialState {
  readonly oauth1: OAuth1State;
  readonly oauth2: OAuth2State;
  /** By token text. */
  readonly httpTokens: Map<string, HttpAccessToken>;
  /** By cookie value. */
  readonly sessions: Map<string, DcSession>;
  /** Person's id → failed logins in a row. */
  readonly failedLogins: Map<number, number>;
}

export function emptyCredentials(): CredentialState {
  return {
    oauth1: { consumers: new Map(), requestTokens: new Map(), accessTokens: new Map(), nonces: new Map() },
    oauth2: {
      clients: new Map(),
      grants: new Map(),
      codes: new Map(),
      accessTokens: new Map(),
      refreshTokens: new Map(),
    },
    httpTokens: new Map(),
    sessions: new Map(),
    failedLogins: new Map(),
  };
}
