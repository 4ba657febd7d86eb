/** Owns the emulator's randomness, its stable ids and the comparing of secrets. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** `length` characters of base64url. */
export function randomText(length: number): string {
  return randomBytes(Math.ceil((length * 3) / 4))
    .toString("base64url")
    .slice(0, length);
}

/** A new app password: those of Bitbucket began with `ATBB`. Letters and digits, so that two clicks select it. */
export function randomAppPassword(): string {
  return `ATBB${randomText(96).replaceAll(/[-_]/g, "").slice(0, 32)}`;
}

/** A new API token: long, with a checksum-like end, as those of Atlassian are. */
export function randomApiToken(): string {
  return `ATATT3xFfGF0${tokenTail()}`;
}

/** A new repository, project or workspace access token. */
export function randomResourceToken(): string {
  return `ATCTT3xFfGN0${tokenTail()}`;
}

function tokenTail(): string {
  return `${randomText(171)}=${randomBytes(4).toString("hex").toUpperCase()}`;
}

/** A uuid that is the same for the same words on every start, so that a test may write it down. */
export function stableUuid(...words: readonly string[]): string {
  const hex = createHash("sha256").update(words.join("\0")).digest("hex");
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The newer form of an Atlassian account id, the same for the same words: 24 hex characters. */
export function stableAccountId(...words: readonly string[]): string {
  return createHash("sha256")
    .update(`account\0${words.join("\0")}`)
    .digest("hex")
    .slice(0, 24);
}

/** Compares without telling by the time it takes where two secrets differ. */
export function secretsEqual(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** SHA-256 in base64url: the S256 transformation (RFC 7636 section 4.2). */
export function s256(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url");
}
