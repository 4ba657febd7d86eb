/** Owns digests for the server's rooms: what is stored of a token is its hash, what is compared is compared in constant time. */
import { createHmac, createSecretKey, hash, hkdfSync, type KeyObject, timingSafeEqual } from "node:crypto";

/** SHA-256 in hex. For high-entropy tokens only, never for passwords. */
export function sha256(text: string): string {
  return hash("sha256", text, "hex");
}

/** The S256 challenge of a PKCE verifier (RFC 7636 section 4.2). */
export function pkceChallenge(verifier: string): string {
  return hash("sha256", verifier, "base64url");
}

/** A key made once: Node is several times slower with a raw buffer at each call. */
export function macKey(bytes: Uint8Array): KeyObject {
  return createSecretKey(bytes);
}

/** A key of its own for one purpose, made of another that is used for something else (RFC 5869). */
export function derivedKey(bytes: Uint8Array, purpose: string): KeyObject {
  return macKey(new Uint8Array(hkdfSync("sha256", bytes, new Uint8Array(), purpose, 32)));
}

/** HMAC-SHA256 in base64url. */
export function mac(key: KeyObject, text: string): string {
  return createHmac("sha256", key).update(text).digest("base64url");
}

/** Whether two strings are equal, without telling by the time it takes where they differ. */
export function equalSecrets(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
