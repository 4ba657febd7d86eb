/** Owns file names as git has them: bytes, in any encoding or none, and the three ways they are written for others. */

/** A path or a name as bytes, one character (U+0000 to U+00FF) a byte, so that it can be a key and be compared. */
export type PathBytes = string & { readonly pathBytes: unique symbol };

/** Takes bytes as git printed them. */
export function pathOfBytes(bytes: Uint8Array): PathBytes {
  // The brand only says that each character stands for one byte, which latin1 makes true.
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1") as PathBytes;
}

/** Takes text, whose UTF-8 bytes are meant. */
export function pathOfText(text: string): PathBytes {
  return pathOfBytes(Buffer.from(text, "utf8"));
}

/** Takes the percent-encoded part of a URL, byte by byte; a `%` without two hex digits stands for itself. */
export function pathOfUrl(encoded: string): PathBytes {
  const bytes = pathOfText(encoded);
  // Still one character a byte: each escape of three becomes one.
  return bytes.replaceAll(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  ) as PathBytes;
}

/** Joins a folder (empty: the root) and a name. */
export function joinPath(folder: PathBytes, name: PathBytes): PathBytes {
  // Both sides are bytes and so is the slash.
  return folder === "" ? name : (`${folder}/${name}` as PathBytes);
}

/** The path for JSON. Bytes that are not UTF-8 become U+FFFD: JSON cannot carry them. */
export function pathText(path: PathBytes): string {
  return Buffer.from(path, "latin1").toString("utf8");
}

/** Whether the bytes are valid UTF-8, so that {@link pathText} loses nothing. */
export function isText(path: PathBytes): boolean {
  return pathOfText(pathText(path)) === path;
}

/** The path for a URL: every byte but RFC 3986's unreserved ones and `/` percent-encoded. */
export function pathInUrl(path: PathBytes): string {
  return path.replaceAll(
    /[^A-Za-z0-9\-._~/]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

const shortEscapes: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  '"': '\\"',
  "\\": "\\\\",
};

/**
 * The path as a diff writes it: unchanged when plain, else in double quotes with C's escapes.
 * @see git-config(1), `core.quotePath`; Bitbucket's `commit_file.escaped_path` is "the path as it appears in a diff"
 */
export function pathInDiff(path: PathBytes): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the bytes git escapes
  const escaped = path.replaceAll(/[\x00-\x1f"\\\x7f-\xff]/g, (byte) => {
    return shortEscapes[byte] ?? `\\${byte.charCodeAt(0).toString(8).padStart(3, "0")}`;
  });
  return escaped === path ? path : `"${escaped}"`;
}

/**
 * The path as a git argument that matches it literally. Arguments are text: a byte that is not UTF-8 becomes the
 * wildcard for any one byte, which is as near as an argument can come.
 */
export function pathspec(path: PathBytes, magic: readonly string[] = []): string {
  const trimmed = path.replace(/\/+$/, "");
  if (isText(path)) return `:(${["top", "literal", ...magic].join(",")})${Buffer.from(trimmed, "latin1")}`;
  const pattern = trimmed.replaceAll(/[\\*?[\]]/g, "\\$&").replaceAll(/[^\x20-\x7e]/g, "?");
  return `:(${["top", "glob", ...magic].join(",")})${pattern}`;
}
