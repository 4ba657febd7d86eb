/** Owns reading git's diff text: files, hunks and lines, as bytes until a line is shown. */
import { type PathBytes, pathOfBytes } from "../../git/path.ts";

export interface DiffLine {
  readonly type: "CONTEXT" | "REMOVED" | "ADDED";
  readonly text: string;
}

export interface DiffHunk {
  /** What git prints behind the second `@@`. */
  readonly context: string;
  readonly sourceLine: number;
  readonly sourceSpan: number;
  readonly destinationLine: number;
  readonly destinationSpan: number;
  readonly lines: DiffLine[];
}

export interface DiffFile {
  /** Null for an added file. */
  source: PathBytes | null;
  /** Null for a deleted file. */
  destination: PathBytes | null;
  binary: boolean;
  readonly hunks: DiffHunk[];
}

/** The prefixes the diff was made with. */
const [before, after] = ["src://", "dst://"];
export const readPrefixes: readonly [string, string] = [before, after];

/** Reads all of a diff made with {@link readPrefixes}. */
export function readDiff(bytes: Buffer): readonly DiffFile[] {
  const files: DiffFile[] = [];
  const open = { left: 0, right: 0 };
  for (const line of linesOf(bytes)) {
    const file = files.at(-1);
    const hunk = file?.hunks.at(-1);
    if (hunk !== undefined && (open.left > 0 || open.right > 0 || line.startsWith("\\"))) {
      takeLine(hunk, line, open);
    } else if (line.startsWith("diff --git ")) {
      files.push(fileOf(line.slice("diff --git ".length)));
    } else if (file !== undefined && line.startsWith("@@ ")) {
      const begun = hunkOf(line);
      file.hunks.push(begun);
      [open.left, open.right] = [begun.sourceSpan, begun.destinationSpan];
    } else if (file !== undefined) {
      takeHeader(file, line);
    }
  }
  return files;
}

/** One character a byte, split at line feeds only. */
function* linesOf(bytes: Buffer): Iterable<string> {
  for (let at = 0; at < bytes.length; ) {
    const feed = bytes.indexOf(0x0a, at);
    const end = feed === -1 ? bytes.length : feed;
    yield bytes.toString("latin1", at, end);
    at = end + 1;
  }
}

function takeLine(hunk: DiffHunk, line: string, open: { left: number; right: number }): void {
  // "\ No newline at end of file" says nothing JSON would carry.
  if (line.startsWith("\\")) return;
  const type = line.startsWith("-") ? "REMOVED" : line.startsWith("+") ? "ADDED" : "CONTEXT";
  if (type !== "ADDED") open.left -= 1;
  if (type !== "REMOVED") open.right -= 1;
  hunk.lines.push({ type, text: shown(line.slice(1)) });
}

/** UTF-8 where it is, else Latin-1, without a carriage return at its end: a line's text loses its line end. */
export function shown(line: string): string {
  const bytes = Buffer.from(line, "latin1");
  const text = bytes.toString("utf8");
  return (Buffer.from(text, "utf8").equals(bytes) ? text : line).replace(/\r$/, "");
}

function hunkOf(line: string): DiffHunk {
  const [, from, spanned = "1", to, wide = "1", context = ""] =
    /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/s.exec(line) ?? [];
  return {
    context: shown(context),
    sourceLine: Number(from),
    sourceSpan: Number(spanned),
    destinationLine: Number(to),
    destinationSpan: Number(wide),
    lines: [],
  };
}

/** Both names of `src://a dst://a`, which are the same unless later lines say otherwise. */
function fileOf(names: string): DiffFile {
  // Quoted or not, both sides are as long: the prefixes are, and the names are the same.
  const half = (names.length - 1) / 2;
  const path = Number.isInteger(half) ? named(names.slice(0, half), before) : null;
  return { source: path, destination: path, binary: false, hunks: [] };
}

function takeHeader(file: DiffFile, line: string): void {
  const [, word = "", rest = ""] =
    /^(new file mode|deleted file mode|rename from|rename to|copy from|copy to|---|\+\+\+|Binary files|GIT binary) ?(.*)$/s.exec(
      line,
    ) ?? [];
  if (word === "new file mode") file.source = null;
  else if (word === "deleted file mode") file.destination = null;
  else if (word.endsWith(" from")) file.source = named(rest, "");
  else if (word.endsWith(" to")) file.destination = named(rest, "");
  else if (word === "---") file.source = named(rest, before);
  else if (word === "+++") file.destination = named(rest, after);
  else if (word !== "") file.binary = true;
}

/** Null for `/dev/null`. A name with blanks is followed by a tab in `---` and `+++`. */
export function named(written: string, prefix: string): PathBytes | null {
  const plain = written.replace(/\t$/, "");
  if (plain === "/dev/null") return null;
  const name = plain.startsWith('"') ? unquoted(plain) : plain;
  return pathOfBytes(Buffer.from(name.slice(prefix.length), "latin1"));
}

const escapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  t: "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
};

/** C's escapes, as git quotes names. */
function unquoted(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replaceAll(/\\([0-7]{3}|.)/g, (_, code: string) =>
      code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (escapes[code] ?? code),
    );
}
