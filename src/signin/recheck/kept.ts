/** Owns what is kept of a sign-in so that it can be judged again: the credential, sealed for that and nothing else. */
import { Secret } from "../../base/secret.ts";
import type { Credential, CredentialKind } from "../../bitbucket/credential.ts";
import type { SealContext } from "../../sealing/keyring.ts";
import type { Keyrings } from "../../sealing/keyrings.ts";
import type { SessionChecksTable } from "../../storage/schema.ts";

/** A person's own credential, as it came from Bitbucket. */
export interface KeptCredential extends Credential {
  /** When the access token ends; null where it does not. */
  readonly expiresAt: Date | null;
}

/** The sealed columns of a row. */
export type SealedCredential = Pick<SessionChecksTable, "sealed_tokens" | "data_key_id">;

/** Seals it for the check of this id. Never inside a transaction: the keys may have to be read. */
export async function sealCredential(
  keyrings: Keyrings,
  checkId: string,
  { kind, login, accessToken, refreshToken, expiresAt }: KeptCredential,
): Promise<SealedCredential> {
  const keyring = await keyrings.of(null);
  const text = JSON.stringify({
    kind,
    login,
    access: accessToken.reveal(),
    refresh: refreshToken?.reveal() ?? null,
    expiresAt: expiresAt?.toISOString() ?? null,
  });
  return { sealed_tokens: await keyring.seal(checkContext(checkId), text), data_key_id: keyring.keyId };
}

/** What {@link sealCredential} sealed. Throws `sealing.…`. */
export async function openCredential(
  keyrings: Keyrings,
  row: Pick<SessionChecksTable, "id" | "sealed_tokens">,
): Promise<KeptCredential> {
  const text = await (await keyrings.of(null)).open(checkContext(row.id), row.sealed_tokens);
  const kept = JSON.parse(text) as SealedText; // it opened, so it was sealed above
  return {
    kind: kept.kind,
    login: kept.login,
    accessToken: new Secret(kept.access),
    refreshToken: kept.refresh === null ? null : new Secret(kept.refresh),
    expiresAt: kept.expiresAt === null ? null : new Date(kept.expiresAt),
  };
}

interface SealedText {
  readonly kind: CredentialKind;
  readonly login: string | null;
  readonly access: string;
  readonly refresh: string | null;
  readonly expiresAt: string | null;
}

/** The place it is sealed for: it opens for no other check, and for nothing else. */
export function checkContext(checkId: string): SealContext {
  return { purpose: "session-check", check: checkId };
}
