/** Owns the plain encodings the platform gives only half of. Neutral: no `node:` here. */

/** Standard Base64 of the UTF-8 bytes (RFC 4648 section 4). */
export function base64(text: string): string {
  return btoa(String.fromCodePoint(...new TextEncoder().encode(text)));
}

/** Base64url without padding (RFC 4648 section 5). */
export function base64url(bytes: Uint8Array): string {
  let [text, bits, left] = ["", 0, 0];
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xffff;
    left += 8;
    for (; left >= 6; left -= 6) text += alphabet[(bits >> (left - 6)) & 63];
  }
  return left > 0 ? text + alphabet[(bits << (6 - left)) & 63] : text;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
