/** Owns randomness: unguessable tokens and row ids from the platform's generator. Neutral: no `node:` here. */
import { base64url } from "./encoding.ts";

/** An unguessable token of 256 bits, 43 characters of base64url: states, verifiers, session ids. */
export function randomToken(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/** A row id such as `prj_k3V…`: the kind in front makes logs and mistakes readable. */
export function newId(kind: string): string {
  return `${kind}_${base64url(crypto.getRandomValues(new Uint8Array(12)))}`;
}
