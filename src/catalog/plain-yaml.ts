/** Owns reading the plain YAML that entities are written in, fast; whatever is not plain is the whole parser's to read. */

/** A line that says something. */
interface Line {
  readonly indent: number;
  /** Null for an item of a list. */
  readonly key: string | null;
  /** Undefined where what is meant stands below. */
  readonly value: unknown;
}

/** What is no text although it begins with a letter. @see YAML 1.2.2 section 10.3.2 */
const noText = /^(null|true|false)$/i;

const word = String.raw`[A-Za-z][\w./@-]*(?::[\w./@-]+)*`;
const listShape = new RegExp(String.raw`^\[ *((?:${word}(?: *, *${word})*)?) *\]$`);
const [space, colon, dash, hash] = [..." :-#"].map((sign) => sign.charCodeAt(0));

/** What a character may be part of. Looked up, as ten thousand entities are some millions of characters. */
const part = { key: 1, words: 2, letter: 4 } as const;
const parts = Uint8Array.from({ length: 128 }, (_, code) => {
  const sign = String.fromCharCode(code);
  return (
    (/[\w./-]/.test(sign) ? part.key : 0) |
    (/[\w./@+()-]/.test(sign) ? part.words : 0) |
    (/[A-Za-z]/.test(sign) ? part.letter : 0)
  );
});

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
  for (let start = 0; start < text.length; ) {
    const next = text.indexOf("\n", start);
    const end = next === -1 ? text.length : next;
    const from = afterSpaces(text, start, end);
    if (from < end && text.charCodeAt(from) !== hash) {
      const line = readLine(text, { start, from, to: beforeSpaces(text, from, end) });
      if (line === null) return null;
      lines.push(line);
    } else if (/[\r\u2028\u2029]/.test(text.slice(from, end))) return null;
    start = end + 1;
  }
  return lines;
}

/** Where a line begins, where what it says begins, and where that ends. */
interface Span {
  readonly start: number;
  readonly from: number;
  readonly to: number;
}

function readLine(text: string, { start, from, to }: Span): Line | null {
  const indent = from - start;
  const isItem = text.charCodeAt(from) === dash;
  const keyEnd = isItem ? from : endOfKey(text, from, to);
  if (keyEnd === null) return null;
  const key = isItem ? null : text.slice(from, keyEnd);
  if (key !== null && (key === "__proto__" || noText.test(key))) return null;
  if (keyEnd + 1 === to) return { indent, key, value: undefined };
  const valueStart = afterSpaces(text, keyEnd + 1, to);
  if (valueStart === keyEnd + 1) return null;
  const value = readValue(text, valueStart, to);
  return value === undefined ? null : { indent, key, value };
}

/** Where the colon is. */
function endOfKey(text: string, from: number, to: number): number | null {
  const first = text.charCodeAt(from);
  if (!isPart(first, part.letter) && text[from] !== "_") return null;
  let at = from + 1;
  while (at < to && isPart(text.charCodeAt(at), part.key)) at += 1;
  return at < to && text.charCodeAt(at) === colon ? at : null;
}

function readValue(text: string, from: number, to: number): unknown {
  if (isPart(text.charCodeAt(from), part.letter)) {
    const value = isPlain(text, from, to) ? text.slice(from, to) : null;
    return value === null || noText.test(value) ? undefined : value;
  }
  const written = text.slice(from, to);
  if (written[0] === '"' || written[0] === "'") return readQuoted(written);
  if (written[0] === "[") return readWords(written);
  return written === "{}" ? {} : undefined;
}

/** Words with single colons in them and spaces between them. */
function isPlain(text: string, from: number, to: number): boolean {
  for (let at = from + 1; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (isPart(code, part.words)) continue;
    if (code !== colon && code !== space) return false;
    const next = text.charCodeAt(at + 1);
    // Behind a colon stands no space, behind a space no colon: both would mean something.
    if (at + 1 === to || (code === colon ? next === space : next === colon)) return false;
  }
  return true;
}

/** No escapes, nothing that could be a line end. */
const quotedShape = /^[ !#-&(-[\]-~\u00a1-\u024f]*$/;

function readQuoted(written: string): string | undefined {
  const inner = written.slice(1, -1);
  return written.length > 1 && written[0] === written.at(-1) && quotedShape.test(inner) ? inner : undefined;
}

function readWords(written: string): readonly string[] | undefined {
  const list = listShape.exec(written)?.[1];
  const items = list === "" ? [] : list?.split(",").map((item) => item.trim());
  return items?.some((item) => noText.test(item)) ? undefined : items;
}

function isPart(code: number, which: number): boolean {
  return code < 128 && ((parts[code] ?? 0) & which) !== 0;
}

function afterSpaces(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && text.charCodeAt(at) === space) at += 1;
  return at;
}

function beforeSpaces(text: string, from: number, to: number): number {
  let at = to;
  while (at > from && text.charCodeAt(at - 1) === space) at -= 1;
  return at;
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
