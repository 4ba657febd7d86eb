/** Owns printing counts as `git diff --numstat` prints them. @see git-diff, `--numstat`, `-z` */
import { type ByteText, toBytes } from "./byte-text.ts";
import { createDiffCounter, type FileCount } from "./counter.ts";
import { needsQuotes, quote } from "./quoting.ts";

export interface NumstatOptions {
  /** As git's `-z`: names as they are, ended by NUL, a renamed file's two names apart. */
  readonly nulTerminated?: boolean;
}

/** Reads a unified diff and gives a line a file, as soon as each is complete. Files without a name are left out. */
export async function* numstat(
  diff: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: NumstatOptions = {},
): AsyncGenerator<Uint8Array> {
  let lines: ByteText[] = [];
  const counter = createDiffCounter((file) => lines.push(numstatLine(file, options)));
  for await (const chunk of diff) {
    counter.push(chunk);
    if (lines.length > 0) yield toBytes(lines.join(""));
    lines = [];
  }
  counter.end();
  if (lines.length > 0) yield toBytes(lines.join(""));
}

/** `added<TAB>removed<TAB>path` with its ending; `-` twice for a binary file. */
export function numstatLine(file: FileCount, { nulTerminated = false }: NumstatOptions = {}): ByteText {
  const { oldPath, newPath, added, removed, binary } = file;
  const counts = binary ? "-\t-\t" : `${added}\t${removed}\t`;
  const renamed = oldPath !== newPath;
  if (nulTerminated) return renamed ? `${counts}\0${oldPath}\0${newPath}\0` : `${counts}${newPath}\0`;
  return `${counts}${renamed ? arrow(oldPath, newPath) : quote(newPath)}\n`;
}

/** `src/{old => new}/file.txt`: the folders both have in common stand outside the braces. Quoted names stand whole. */
function arrow(from: ByteText, to: ByteText): string {
  if (needsQuotes(from) || needsQuotes(to)) return `${quote(from)} => ${quote(to)}`;
  const before = commonFolders(from, to);
  const after = commonEnd(from, to, before);
  if (before + after === 0) return `${from} => ${to}`;
  // Front and end may share one slash, as in `{a => }/b`; then nothing is left between.
  const middle = (name: ByteText) => name.slice(before, Math.max(before, name.length - after));
  return `${from.slice(0, before)}{${middle(from)} => ${middle(to)}}${from.slice(from.length - after)}`;
}

/** Length of the front both share, up to and with a slash. */
function commonFolders(from: ByteText, to: ByteText): number {
  let end = 0;
  for (let index = 0; index < Math.min(from.length, to.length) && from[index] === to[index]; index += 1) {
    if (from[index] === "/") end = index + 1;
  }
  return end;
}

/** Length of the end both share, beginning with a slash, which may be the last one of the front. */
function commonEnd(from: ByteText, to: ByteText, front: number): number {
  const most = Math.min(from.length, to.length) - Math.max(0, front - 1);
  let length = 0;
  for (let back = 1; back <= most && from[from.length - back] === to[to.length - back]; back += 1) {
    if (from[from.length - back] === "/") length = back;
  }
  return length;
}
