/** Owns counting a unified diff as it streams by: files, lines added and removed, in constant memory whatever the size. */
import { type ByteText, fromBytes } from "./byte-text.ts";
import { findNames, type HeaderLines } from "./names.ts";

/** One changed file. */
export interface FileCount {
  readonly oldPath: ByteText;
  /** As `oldPath` unless the file was renamed or copied. */
  readonly newPath: ByteText;
  readonly added: number;
  readonly removed: number;
  readonly binary: boolean;
  /** The diff says that there was no such file before. */
  readonly isNew: boolean;
  /** The diff says that there is none after. */
  readonly isDeleted: boolean;
}

export interface DiffCounter {
  /** Takes the next bytes, cut anywhere. */
  push(bytes: Uint8Array): void;
  /** Takes what is left; nothing may follow. */
  end(): void;
}

/** A hunk says how many lines it has; what they look like is never asked. */
interface Hunk {
  /** Lines left of each parent: one, except in combined diffs. */
  readonly old: number[];
  new: number;
}

interface OpenFile {
  readonly lines: HeaderLines;
  added: number;
  removed: number;
  binary: boolean;
  isNew: boolean;
  isDeleted: boolean;
  hasHunks: boolean;
}

const newline = 10;
/** A longer line outside a hunk is no header: the longest path has 4,096 bytes, quoted four times that, named twice. */
const longestHeader = 65_536;

/**
 * Counts what `git diff`, `git show`, `git log -p`, `diff -u` and Bitbucket's `diff` print, whatever the prefixes, and calls
 * `onFile` for each file in order. Combined diffs (`--cc`) are counted against the first parent, as far as they show it.
 */
export function createDiffCounter(onFile: (file: FileCount) => void): DiffCounter {
  const files = createFiles(onFile);
  let hunk: Hunk | null = null;
  let rest: Uint8Array[] = [];
  let restLength = 0;
  /** Inside a line whose beginning was all that counts. */
  let skipping = false;

  const takeLine = (line: Uint8Array) => {
    const text = fromBytes(line);
    if (hunk !== null && countCombined(hunk, text, files.current())) {
      if (isOver(hunk)) hunk = null;
    } else {
      hunk = files.header(text.replace(/\r$/, ""));
    }
  };
  const collect = (part: Uint8Array, complete: boolean) => {
    if (restLength + part.length <= longestHeader) rest.push(part);
    restLength += part.length;
    if (!complete) return;
    if (restLength <= longestHeader)
      takeLine(rest.length === 1 && rest[0] !== undefined ? rest[0] : join(rest, restLength));
    rest = [];
    restLength = 0;
  };
  /** Gives where the next line begins, or `bytes.length` when the end came first. */
  const step = (bytes: Uint8Array, start: number): number => {
    const end = endOfLine(bytes, start);
    const next = end < 0 ? bytes.length : end + 1;
    if (skipping) {
      skipping = end < 0;
      return next;
    }
    if (hunk !== null && hunk.old.length === 1 && restLength === 0) {
      if (countPlain(hunk, bytes[start] ?? 0, files.current())) {
        skipping = end < 0;
        if (hunk.new <= 0 && (hunk.old[0] ?? 0) <= 0) hunk = null;
        return next;
      }
      hunk = null;
    }
    // A copy, since whoever pushes may use the same buffer again.
    collect(bytes.slice(start, end < 0 ? undefined : end), end >= 0);
    return next;
  };

  return {
    push(bytes) {
      let start = 0;
      while (start < bytes.length) start = step(bytes, start);
    },
    end() {
      if (restLength > 0) collect(new Uint8Array(), true);
      files.end();
    },
  };
}

/** Lines are short: looking byte by byte is several times faster than `indexOf`, whose start costs more than its search. */
function endOfLine(bytes: Uint8Array, start: number): number {
  const near = Math.min(start + 256, bytes.length);
  for (let index = start; index < near; index += 1) if (bytes[index] === newline) return index;
  return near === bytes.length ? -1 : bytes.indexOf(newline, near);
}

function isOver(hunk: Hunk): boolean {
  return hunk.new <= 0 && hunk.old.every((left) => left <= 0);
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** By its first byte. `false` for what cannot stand in a hunk: then the hunk was cut short. */
function countPlain(hunk: Hunk, first: number, file: OpenFile | null): boolean {
  const [old = 0] = hunk.old;
  switch (first) {
    case 0x2b: // +
      hunk.new -= 1;
      if (file !== null) file.added += 1;
      return true;
    case 0x2d: // -
      hunk.old[0] = old - 1;
      if (file !== null) file.removed += 1;
      return true;
    case 0x20: // blank
    case 0x09: // a tab, where a mailer ate the blank
    case 0x0d: // an empty line with CRLF, its blank eaten
    case newline:
      hunk.old[0] = old - 1;
      hunk.new -= 1;
      return true;
    case 0x5c: // "\ No newline at end of file"
      return true;
    default:
      return false;
  }
}

/** A column a parent. A line with a minus is in those parents only; any other is in the result, and in parents without a plus. */
function countCombined(hunk: Hunk, line: ByteText, file: OpenFile | null): boolean {
  if (line.startsWith("\\")) return true;
  const columns = line.slice(0, hunk.old.length).padEnd(hunk.old.length, " ");
  if (!/^[ +-]+$/.test(columns)) return false;
  const removed = columns.includes("-");
  if (!removed) hunk.new -= 1;
  for (const [parent, left] of hunk.old.entries()) {
    if (columns[parent] === (removed ? "-" : " ")) hunk.old[parent] = left - 1;
  }
  if (file !== null && columns[0] === "+") file.added += 1;
  if (file !== null && columns[0] === "-") file.removed += 1;
  return true;
}

/** The files of a diff as their headers come by. */
function createFiles(onFile: (file: FileCount) => void) {
  let open: OpenFile | null = null;
  let held: FileCount | null = null;

  const give = () => {
    if (held === null) return;
    const file = held;
    held = null;
    onFile(file);
  };
  /** A file that became a link, or the reverse, is printed as removed and added; git counts it as one. */
  const close = () => {
    const file = open;
    open = null;
    const names = file === null ? null : findNames(file.lines);
    if (file === null || names === null) return;
    const { added, removed, binary, isNew, isDeleted } = file;
    const closed = { ...names, added, removed, binary, isNew, isDeleted };
    const before = held;
    if (before?.isDeleted && isNew && before.newPath === closed.newPath) {
      held = {
        ...closed,
        added: added + before.added,
        removed: removed + before.removed,
        binary: binary || before.binary,
        isNew: false,
      };
      return;
    }
    give();
    held = closed;
  };
  const begin = (lines: HeaderLines): OpenFile => {
    close();
    open = { lines, added: 0, removed: 0, binary: false, isNew: false, isDeleted: false, hasHunks: false };
    return open;
  };

  return {
    current: () => open,
    end() {
      close();
      give();
    },
    /** Reads a line outside hunks; gives the hunk that begins with it. */
    header(line: ByteText): Hunk | null {
      const start = /^diff --(git|cc|combined) (.*)$/s.exec(line);
      if (start?.[2] !== undefined) {
        begin(start[1] === "git" ? { git: start[2] } : { combined: start[2] });
        return null;
      }
      if (line.startsWith("--- ")) {
        const file = open === null || open.hasHunks || open.lines.old !== undefined ? begin({}) : open;
        file.lines.old = line.slice(4);
        return null;
      }
      return open === null ? null : readHeaderLine(open, line);
    },
  };
}

function readHeaderLine(file: OpenFile, line: ByteText): Hunk | null {
  if (line.startsWith("@@")) return beginHunk(file, line);
  const named = /^(\+\+\+|rename from|rename to|copy from|copy to) (.*)$/s.exec(line);
  if (named?.[2] !== undefined) {
    const side = named[1] === "+++" ? "new" : named[1]?.endsWith("from") ? "from" : "to";
    file.lines[side] ??= named[2];
  } else if (line.startsWith("new file mode ")) file.isNew = true;
  else if (line.startsWith("deleted file mode ")) file.isDeleted = true;
  else if (line === "GIT binary patch" || /^Binary files .* differ$/s.test(line)) file.binary = true;
  return null;
}

/** `@@ -1,2 +1,3 @@`, or one minus range a parent between more at-signs; a range without a count has one line. */
function beginHunk(file: OpenFile, line: ByteText): Hunk | null {
  const ranges = /^@@+((?: -\d+(?:,\d+)?)+) \+\d+(?:,(\d+))? @@/.exec(line);
  if (ranges?.[1] === undefined) return null;
  file.hasHunks = true;
  const old = ranges[1]
    .trim()
    .split(" ")
    .map((range) => Number(range.split(",")[1] ?? "1"));
  const hunk = { old, new: Number(ranges[2] ?? "1") };
  return isOver(hunk) ? null : hunk;
}
