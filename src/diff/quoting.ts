/** Owns git's quoting of names: C's escapes between double quotes, octal for the rest. @see git-config, `core.quotePath` */
import type { ByteText } from "./byte-text.ts";

const escapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  t: "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
  '"': '"',
  "\\": "\\",
};

const letters = new Map(Object.entries(escapes).map(([letter, character]) => [character, letter]));

/** A quoted name at the beginning of `text` and how many characters it takes; `null` when there is none. */
export function readQuoted(text: ByteText): { readonly name: ByteText; readonly length: number } | null {
  if (!text.startsWith('"')) return null;
  let name = "";
  for (let index = 1; index < text.length; index += 1) {
    const character = text[index] ?? "";
    if (character === '"') return { name, length: index + 1 };
    if (character !== "\\") {
      name += character;
      continue;
    }
    const octal = /^[0-3][0-7]{2}/.exec(text.slice(index + 1, index + 4))?.[0];
    const letter = text[index + 1] ?? "";
    name +=
      octal === undefined ? (escapes[letter] ?? letter) : String.fromCharCode(Number.parseInt(octal, 8));
    index += octal === undefined ? 1 : 3;
  }
  return null;
}

/** The name as git prints it with its default settings: plain while that is clear, else quoted. */
export function quote(name: ByteText): string {
  if (!needsQuotes(name)) return name;
  const inside = Array.from(name, (character) => {
    const letter = letters.get(character);
    if (letter !== undefined) return `\\${letter}`;
    const code = character.charCodeAt(0);
    return isPlain(code) ? character : `\\${code.toString(8).padStart(3, "0")}`;
  });
  return `"${inside.join("")}"`;
}

export function needsQuotes(name: ByteText): boolean {
  return Array.from(name).some((character) => letters.has(character) || !isPlain(character.charCodeAt(0)));
}

function isPlain(code: number): boolean {
  return code >= 0x20 && code < 0x7f;
}
