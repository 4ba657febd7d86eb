/** Owns reading a pasted stack trace of any common language into frames, the one nearest to the error first. */
import { type Frame, makeFrame } from "./frame.ts";

/** A line longer than this is no frame. Bounds the work a pasted text can cause. */
const longestLine = 2_000;
const mostCharacters = 1_000_000;
const mostFrames = 500;

type LineReader = (line: string) => Frame | null;

/**
 * The frames of a trace: JavaScript and TypeScript (V8, Firefox, Safari), Python, Java and other JVM languages, Go,
 * Ruby, C#, PHP, Rust. Nearest to the error first: Python's order is turned round, and a root cause (`Caused by`) comes
 * before what it caused. Lines that are no frames are skipped; a text without any gives an empty list. Never throws.
 */
export function readTrace(text: string): Frame[] {
  const lines = text.slice(0, mostCharacters).split(/\r\n|\n|\r/);
  const known = readSections(lines, readLine);
  const frames = known.length > 0 ? known : readSections(lines, readLoosely);
  return frames.slice(0, mostFrames);
}

/** A section is one exception's own frames; causes follow what they caused, except in Python, where they come first. */
function readSections(lines: readonly string[], reader: LineReader): Frame[] {
  const sections: Frame[][] = [[]];
  let latestCallLast = false;
  for (const line of lines) {
    if (line.length > longestLine) continue;
    if (/most recent call last/.test(line)) {
      latestCallLast = true;
      sections.push([]);
    } else if (/^\s*(?:Caused by:|\[cause\]:|--->|Suppressed:)/.test(line)) {
      sections.push([]);
    }
    const frame = reader(line);
    if (frame !== null) sections.at(-1)?.push(frame);
  }
  if (latestCallLast) return sections.flatMap((section) => section.reverse());
  return dropDoubles(sections.reverse().flat());
}

/** PHP and Ruby name the place of the throw twice. */
function dropDoubles(frames: readonly Frame[]): Frame[] {
  return frames.filter((frame, index) => {
    const before = frames[index - 1];
    return before === undefined || before.file !== frame.file || before.line !== frame.line;
  });
}

const readers: readonly LineReader[] = [
  readPython,
  readCSharp,
  readJava,
  readV8,
  readFirefox,
  readGo,
  readRuby,
  readPhp,
  readPanic,
];

function readLine(line: string): Frame | null {
  for (const reader of readers) {
    const frame = reader(line);
    if (frame !== null) return frame;
  }
  return null;
}

function readPython(line: string): Frame | null {
  const found = /^\s*File "([^"]+)", line (\d+)(?:, in (.+))?$/.exec(line);
  return found?.[1] === undefined ? null : makeFrame(found[1], found[2], found[3]);
}

function readCSharp(line: string): Frame | null {
  const found = /^\s*at (.+) in (.+):line (\d+)\s*$/.exec(line);
  return found?.[2] === undefined ? null : makeFrame(found[2], found[3], found[1]);
}

/** A JVM frame names the class and the bare file; together they give the path below the source root. */
function readJava(line: string): Frame | null {
  const found =
    /^\s*at (?:[\w.@$-]*\/{1,2})?([\w.$<>]+)\.([\w$<>-]+)\(([\w$-]+\.(?:java|kt|kts|scala|groovy|clj))(?::(\d+))?\)/.exec(
      line,
    );
  if (found?.[1] === undefined || found[3] === undefined) return null;
  const folders = found[1].split(".").slice(0, -1);
  return makeFrame([...folders, found[3]].join("/"), found[4], `${found[1]}.${found[2]}`);
}

/** `at fn (file:1:2)`, `at file:1:2`, `at async fn (file:1:2)`; Rust's backtraces look the same. */
function readV8(line: string): Frame | null {
  const start = /^\s*at\s+/.exec(line);
  if (start === null) return null;
  const rest = line.slice(start[0].length).trim();
  const open = rest.endsWith(")") ? rest.lastIndexOf(" (") : -1;
  const place = open < 0 ? rest.replace(/^async /, "") : rest.slice(open + 2, -1);
  const found = /^(.+?):(\d+)(?::\d+)?$/.exec(place);
  if (found?.[1] === undefined || found[1].includes("<anonymous>")) return null;
  const name = open < 0 ? "" : rest.slice(0, open).replace(/^async /, "");
  return makeFrame(found[1], found[2], name);
}

function readFirefox(line: string): Frame | null {
  const found = /^\s*([^\s@]*)@((?:https?|file|webpack|webpack-internal|app):.+?):(\d+)(?::\d+)?$/.exec(line);
  return found?.[2] === undefined ? null : makeFrame(found[2], found[3], found[1]);
}

function readGo(line: string): Frame | null {
  const found = /^\s+(\S.*\.go):(\d+)(?: \+0x[\da-f]+)?\s*$/.exec(line);
  return found?.[1] === undefined ? null : makeFrame(found[1], found[2]);
}

/** `file.rb:41:in 'total'`, with a backtick in older Rubies, perhaps after `from` or a number. */
function readRuby(line: string): Frame | null {
  const found = /^\s*(?:from |\d+: from )?([^\s:][^:]*\.(?:rb|rake|erb|ru)):(\d+)(?::in [`'](.+?)')?/.exec(
    line,
  );
  return found?.[1] === undefined ? null : makeFrame(found[1], found[2], found[3]);
}

/** `#0 /app/Cart.php(41): Cart->total()`, and the place of the throw in the line above. */
function readPhp(line: string): Frame | null {
  const numbered = /^\s*#\d+ (.+?\.(?:php|phtml|inc))\((\d+)\)(?:: (.+))?$/.exec(line);
  if (numbered?.[1] !== undefined) return makeFrame(numbered[1], numbered[2], numbered[3]);
  const thrown = / in (\S+\.(?:php|phtml|inc))(?::| on line )(\d+)/.exec(line);
  return thrown?.[1] === undefined ? null : makeFrame(thrown[1], thrown[2]);
}

function readPanic(line: string): Frame | null {
  const found = /panicked at (\S+\.rs):(\d+)/.exec(line);
  return found?.[1] === undefined ? null : makeFrame(found[1], found[2]);
}

/** For texts in no known form: the first thing in a line that looks like `path.ext:41`. */
function readLoosely(line: string): Frame | null {
  for (const word of line.split(/[\s"'`()[\]<>,;]+/)) {
    const found = /^((?:[A-Za-z]:)?[^:]+\.[A-Za-z]\w{0,9}):(\d+)(?::\d+)?:?$/.exec(word);
    if (found?.[1] !== undefined) return makeFrame(found[1], found[2]);
  }
  return null;
}
