/** Owns randomness: unguessable tokens and row ids from the platform's generator. Neutral: no `node:` here. */
import { base64url } from "./encoding.ts";

/** An unguessable token of 256 bits, 43 characters of base64url: states, verifiers, session ids. */
export function randomToken(): string {
  return randomText(32);
}

/** A row id such as `prj_k3V…`: the kind in front makes logs and mistakes readable. */
export function newId(kind: string): string {
  return `${kind}_${randomText(12)}`;
}

/** The generator takes as long for a thousand bytes as for ten: so it is asked ahead. */
const ahead = new Uint8Array(1_024);
let used = ahead.length;

/** That many bytes in base64url. They are given once, and not kept. */
function randomText(bytes: number): string {
  if (used + bytes > ahead.length) {
    crypto.getRandomValues(ahead);
    used = 0;
  }
  const own = ahead.subarray(used, used + bytes);
  used += bytes;
  const text = base64url(own);
  own.fill(0);
  return text;
}

/** A fraction from 0 up to but not including 1, to spread retries of many over time. */
export function randomFraction(): number {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return number / 2 ** 32;
}
