/** Owns the instance: one Bitbucket we talk to and the client registration we hold there. */
import type { Secret } from "../base/secret.ts";

/** Where a Bitbucket Cloud answers. None ends with a slash. */
export interface CloudUrls {
  /** Where a person's browser is sent to grant access. */
  readonly authorize: string;
  /** Where codes and refresh tokens become access tokens. */
  readonly token: string;
  /** The root of the REST API; ends with `/2.0`. */
  readonly api: string;
  /** The website, for links people follow. */
  readonly web: string;
}

/** One Bitbucket and our registration there. Its `id` stands in every URL and key. */
export interface Instance {
  readonly id: string;
  readonly product: "cloud";
  /** The OAuth consumer's Key. */
  readonly clientId: string;
  /** The OAuth consumer's Secret. */
  readonly clientSecret: Secret;
  /** What is asked for unless a call says otherwise. */
  readonly scopes: readonly string[];
  readonly urls: CloudUrls;
}
