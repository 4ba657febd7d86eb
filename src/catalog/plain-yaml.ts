/** Owns reading the plain YAML that entities are written in, fast; whatever is not plain is the whole parser's to read. */

/** A line that says something. */
interface Line {
  readonly indent: number;
  /** Null for an item of a list. */
  readonly key: string | null;
  /** Undefined where what is meant stands below. */
  readonly value: unknown;
}

/** In quotation marks: no escapes, nothing that could be a line end. */
const quoted = String.raw`[ !#-&(-\[\]-~\u00a1-\u024f]`;
const word = String.raw`[A-Za-z][\w./@-]*(?::[\w./@-]+)*`;
const plain = String.raw`[A-Za-z](?:[\w./@+()-]|:(?=[^ ])| +(?=[\w./@+()-]))*`;
const value = String.raw`(?:"(${quoted}*)"|'(${quoted}*)'|\[ *((?:${word}(?: *, *${word})*)?) *\]|(\{\})|(${plain}))`;
const lineShape = new RegExp(String.raw`^( *)(?:([A-Za-z_][\w./-]*):|-)(?: +${value})? *$`);
const emptyShape = /^ *(#.*)?$/;

/** What is no text although it begins with a letter. @see YAML 1.2.2 section 10.3.2 */
const noText = /^(null|true|false)$/i;

/**
 * The document's value, as YAML 1.2 has it: blocks of keys and of lists of text, quoted text without escapes, `[a, b]` and `{}`.
 * Undefined for everything else, also for what is no YAML: then the whole parser has to be asked.
 */
export function readPlainYaml(text: string): unknown {
  const lines = readLines(text);
  if (lines === null || lines[0]?.indent !== 0 || lines[0].key === null) return undefined;
  const reader = { lines, at: 0 };
  const read = readBlock(reader, 0);
  return reader.at === lines.length ? read : undefined;
}

function readLines(text: string): readonly Line[] | null {
  const lines: Line[] = [];
  for (const written of text.split("\n")) {
    if (written === "" || emptyShape.test(written)) continue;
    const line = readLine(written);
    if (line === null) return null;
    lines.push(line);
  }
  return lines;
}

function readLine(written: string): Line | null {
  const found = lineShape.exec(written);
  if (found === null) return null;
  const [key, list, bare] = [found[2] ?? null, found[5], found[7]];
  if (key !== null && (key === "__proto__" || noText.test(key))) return null;
  if (bare !== undefined && noText.test(bare)) return null;
  const indent = found[1]?.length ?? 0;
  if (list !== undefined) {
    const items = list === "" ? [] : list.split(",").map((item) => item.trim());
    return items.some((item) => noText.test(item)) ? null : { indent, key, value: items };
  }
  return { indent, key, value: found[6] === undefined ? (found[3] ?? found[4] ?? bare) : {} };
}

interface Reader {
  readonly lines: readonly Line[];
  at: number;
}

/** Keys or items of one indentation. Stops before a line that does not belong: at the end that is no plain document. */
function readBlock(reader: Reader, indent: number): unknown {
  return reader.lines[reader.at]?.key === null ? readList(reader, indent) : readKeys(reader, indent);
}

function readKeys(reader: Reader, indent: number): unknown {
  const read: Record<string, unknown> = {};
  for (;;) {
    const line = reader.lines[reader.at];
    if (line === undefined || line.indent !== indent || line.key === null) return read;
    // Written twice is a mistake, which the whole parser tells.
    if (Object.hasOwn(read, line.key)) return undefined;
    reader.at += 1;
    read[line.key] = line.value === undefined ? readBelow(reader, indent) : line.value;
  }
}

function readList(reader: Reader, indent: number): unknown {
  const read: unknown[] = [];
  for (;;) {
    const line = reader.lines[reader.at];
    if (line === undefined || line.indent !== indent || line.key !== null || line.value === undefined)
      return read;
    reader.at += 1;
    read.push(line.value);
  }
}

/** A list may stand as far to the left as its key. */
function readBelow(reader: Reader, indent: number): unknown {
  const next = reader.lines[reader.at];
  if (next === undefined) return null;
  const isBelow = next.indent > indent || (next.indent === indent && next.key === null);
  return isBelow ? readBlock(reader, next.indent) : null;
}
