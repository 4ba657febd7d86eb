/** Owns finding out which file a part of a diff is about: prefixes differ, and names hold blanks, quotes and ` b/`. */
import type { ByteText } from "./byte-text.ts";
import { readQuoted } from "./quoting.ts";

/** What the header lines of one file say, as written. */
export interface HeaderLines {
  /** Behind `diff --git `. */
  git?: ByteText;
  /** Behind `diff --cc ` or `diff --combined `. */
  combined?: ByteText;
  /** Behind `--- ` and `+++ `. */
  old?: ByteText;
  new?: ByteText;
  /** Behind `rename from ` or `copy from `, and `… to `. These alone never carry a prefix. */
  from?: ByteText;
  to?: ByteText;
}

export interface Names {
  readonly oldPath: ByteText;
  readonly newPath: ByteText;
}

const nowhere = "/dev/null";

/** Both names, equal unless the file was renamed or copied; `null` when the lines name nothing. */
export function findNames(lines: HeaderLines): Names | null {
  if (lines.from !== undefined && lines.to !== undefined) {
    return { oldPath: unquote(lines.from), newPath: unquote(lines.to) };
  }
  const name = findOneName(lines);
  return name === null || name === "" ? null : { oldPath: name, newPath: name };
}

function findOneName(lines: HeaderLines): ByteText | null {
  if (lines.combined !== undefined) return unquote(lines.combined);
  const [before, after] = [readSide(lines.old), readSide(lines.new)];
  const pair = lines.git === undefined ? null : splitHeader(lines.git, before ?? null, after ?? null);
  if (pair !== null) return commonName(pair.left, pair.right) ?? withoutUsualPrefix(pair.right);
  if (before !== undefined && after !== undefined && before !== null && after !== null) {
    return commonName(before, after) ?? withoutUsualPrefix(after);
  }
  const only = after ?? before;
  return only === undefined || only === null ? null : withoutUsualPrefix(only);
}

/** `undefined` without the line, `null` for `/dev/null`. A tab ends an unquoted name: a date or nothing follows. */
function readSide(line: ByteText | undefined): ByteText | null | undefined {
  if (line === undefined) return undefined;
  const name = readQuoted(line)?.name ?? line.replace(/\t.*$/, "");
  return name === nowhere ? null : name;
}

function unquote(text: ByteText): ByteText {
  return readQuoted(text)?.name ?? text;
}

interface Pair {
  readonly left: ByteText;
  readonly right: ByteText;
}

/** The two names behind `diff --git`. Unquoted ones with blanks are told apart by the other lines, or by being equal. */
function splitHeader(rest: ByteText, before: ByteText | null, after: ByteText | null): Pair | null {
  const left = readQuoted(rest);
  if (left !== null) return { left: left.name, right: unquote(rest.slice(left.length + 1)) };
  if (rest.endsWith('"')) return splitAtQuote(rest);
  if (after !== null && rest.endsWith(` ${after}`)) {
    return { left: rest.slice(0, -1 - after.length), right: after };
  }
  if (before !== null && rest.startsWith(`${before} `)) {
    return { left: before, right: rest.slice(before.length + 1) };
  }
  return splitInHalves(rest);
}

function splitAtQuote(rest: ByteText): Pair | null {
  for (let at = rest.indexOf(' "'); at >= 0; at = rest.indexOf(' "', at + 1)) {
    const right = readQuoted(rest.slice(at + 1));
    if (right !== null && at + 1 + right.length === rest.length)
      return { left: rest.slice(0, at), right: right.name };
  }
  return null;
}

/** Usually both prefixes are equally long, so that the middle divides; else the split that makes most of both equal. */
function splitInHalves(rest: ByteText): Pair | null {
  const middle = (rest.length - 1) / 2;
  const halves = Number.isInteger(middle) && rest[middle] === " " ? pairAt(rest, middle) : null;
  if (halves !== null && commonName(halves.left, halves.right) !== null) return halves;
  let best: Pair | null = null;
  let longest = 0;
  for (let at = rest.indexOf(" "); at >= 0; at = rest.indexOf(" ", at + 1)) {
    const pair = pairAt(rest, at);
    const { length } = commonName(pair.left, pair.right) ?? "";
    if (length > longest) [best, longest] = [pair, length];
  }
  return best;
}

function pairAt(rest: ByteText, at: number): Pair {
  return { left: rest.slice(0, at), right: rest.slice(at + 1) };
}

/**
 * What both names end in, from the beginning of a path segment on: their prefixes are what differs before it. Equal names have
 * no prefix. `null` when they share no whole segment.
 */
function commonName(left: ByteText, right: ByteText): ByteText | null {
  if (left === right) return left === "" ? null : left;
  let equal = 0;
  const most = Math.min(left.length, right.length);
  while (equal < most && left[left.length - 1 - equal] === right[right.length - 1 - equal]) equal += 1;
  for (let length = equal; length > 0; length -= 1) {
    const begin = right.length - length;
    const onBoundary = begins(left, left.length - length) && begins(right, begin);
    if (onBoundary && right[begin] !== "/") return right.slice(begin);
  }
  return null;
}

function begins(name: ByteText, index: number): boolean {
  return index === 0 || name[index - 1] === "/";
}

function withoutUsualPrefix(name: ByteText): ByteText {
  return name.replace(/^[abciow12]\//, "");
}
