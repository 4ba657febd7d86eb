/** Owns what OAuth leaves behind: consumers, grants, codes and tokens. Secrets live here in memory and nowhere else. */

/** An OAuth consumer of a workspace, as its settings page shows it. */
export interface Consumer {
  readonly key: string;
  readonly secret: string;
  readonly workspaceUuid: string;
  readonly name: string;
  readonly description: string;
  /** Empty: every grant fails. */
  readonly callbackUrl: string;
  readonly url: string;
  /** "This is a private consumer": may use client_credentials. */
  readonly isPrivate: boolean;
  readonly scopes: readonly string[];
}

/** What one person allowed one consumer, once. Revoking ends every token that came of it. */
export interface Grant {
  readonly id: string;
  readonly consumerKey: string;
  /** Null for client_credentials: nobody consented. */
  readonly personUuid: string | null;
  readonly scopes: readonly string[];
  readonly grantedAt: Date;
  revoked: boolean;
}

export interface Code {
  readonly code: string;
  readonly grantId: string;
  readonly consumerKey: string;
  /** As it was sent to authorize; null when it was not. */
  readonly redirectUri: string | null;
  readonly challenge: { readonly value: string; readonly method: "plain" | "S256" } | null;
  readonly expiresAt: Date;
}

export interface AccessToken {
  readonly token: string;
  readonly grantId: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Date;
}

export interface RefreshToken {
  readonly token: string;
  readonly grantId: string;
  readonly scopes: readonly string[];
  lastUsedAt: Date;
  /** Set by the refresh that replaced it; it works on for `refreshReuseSeconds`. */
  rotatedAt: Date | null;
}

export interface OauthState {
  readonly consumers: Map<string, Consumer>;
  readonly grants: Map<string, Grant>;
  readonly codes: Map<string, Code>;
  readonly accessTokens: Map<string, AccessToken>;
  readonly refreshTokens: Map<string, RefreshToken>;
  /** Consumer key → until when its refreshes fail. */
  readonly lockouts: Map<string, Date>;
}

export function emptyOauthState(): OauthState {
  return {
    consumers: new Map(),
    grants: new Map(),
    codes: new Map(),
    accessTokens: new Map(),
    refreshTokens: new Map(),
    lockouts: new Map(),
  };
}
