/** Owns text that stands for bytes, one character each: names in a diff need not be UTF-8. */

/** Each character is one byte (code 0 to 255). */
export type ByteText = string;

const piece = 8_192;

export function fromBytes(bytes: Uint8Array): ByteText {
  let text = "";
  for (let start = 0; start < bytes.length; start += piece) {
    text += String.fromCharCode(...bytes.subarray(start, start + piece));
  }
  return text;
}

export function toBytes(text: ByteText): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** For people: UTF-8 where it is, replacement characters where it is not. */
export function decode(text: ByteText): string {
  return new TextDecoder().decode(toBytes(text));
}
