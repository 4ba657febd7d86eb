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

/** A fraction from 0 up to but not including 1, to spread retries of many over time. */
export function randomFraction(): number {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return number / 2 ** 32;
}
