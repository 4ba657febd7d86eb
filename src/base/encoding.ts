/** Owns the plain encodings the platform gives only half of. Neutral: no `node:` here. */

/** Standard Base64 of the UTF-8 bytes (RFC 4648 section 4). */
export function base64(text: string): string {
  return btoa(String.fromCodePoint(...new TextEncoder().encode(text)));
}

/** Base64url without padding (RFC 4648 section 5). */
export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCodePoint(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
