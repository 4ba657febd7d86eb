/** Owns the shape of a token as it is handed out. */
import type { Secret } from "../base/secret.ts";
import type { CredentialKind } from "../bitbucket/credential.ts";

/** A token to be used at once, by whoever was handed it. */
export interface HandedToken {
  readonly accessToken: Secret;
  /** Null when Bitbucket did not say, or it is not renewed. */
  readonly expiresAt: Date | null;
  readonly kind: CredentialKind;
  /** What goes before it in Basic; null for Bearer. */
  readonly login: string | null;
  /** The user name of git over HTTPS; null where a header takes its place. */
  readonly gitUser: string | null;
}
