/** Owns the shape of a scope's entry, and which list of scopes a credential draws from. */

/**
 * The lists Bitbucket keeps: `oauth` of Cloud's consumers, access tokens and former app passwords; `api-token` of Cloud's API
 * tokens, granular and without any implication; `link` of Data Center's incoming OAuth 2 links; `http-access-token` of Data
 * Center's and Server's own tokens.
 */
export type ScopeList = "oauth" | "api-token" | "link" | "http-access-token";

/** What a scope is. */
export interface Scope {
  /** What it lets an app do, in words. */
  readonly meaning: string;
  /** Exactly as the form that grants it calls it. Where Bitbucket's documents name only the scope, the scope itself. */
  readonly tick: string;
  /** Scopes given with it, not expanded further. */
  readonly implies: readonly string[];
  /** The day the function behind it was removed at Bitbucket (ISO 8601). */
  readonly removed?: string;
  /** Why it is not to be asked for any more, where the function itself is still there. */
  readonly obsolete?: string;
  /** The scope that took its place. */
  readonly replacedBy?: string;
}

/** Whose access token: each kind of Cloud's may have other scopes. */
export type AccessTokenOwner = "repository" | "project" | "workspace";

/** A scope of Cloud's `oauth` list. */
export interface CloudScope extends Scope {
  /** Bitbucket's own sentence for the person who grants it. */
  readonly title: string;
  /** The granular scopes of an API token that open the same; none where no API token can do it. */
  readonly apiToken: readonly string[];
  /** Which access tokens may have it. None of them has `email`, as nobody stands behind them. */
  readonly accessTokens: readonly AccessTokenOwner[];
}
