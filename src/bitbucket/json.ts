/** Owns reading JSON nobody vouches for: each function gives a value of the asked kind or says that there is none. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** The object, or null for anything else, arrays included. */
export function asObject(value: unknown): JsonObject | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  // Whatever an object holds, it can be read as unknown values by name.
  return value as JsonObject;
}

/** The value of an own property. Inherited ones (`constructor`, `__proto__`) were not in the answer. */
export function property(value: unknown, name: string): unknown {
  const object = asObject(value);
  return object !== null && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** What lies at the end of a path of own properties; undefined as soon as one is missing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const name of path) found = property(found, name);
  return found;
}

/** The string, or null when it is missing, blank or no string: nothing is ever "". */
export function asText(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value : null;
}

/** The array's items, or none. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The array's strings, or none. */
export function asTexts(value: unknown): readonly string[] {
  return asList(value).filter((item): item is string => typeof item === "string");
}

/** Deeper than anything an endpoint is documented to answer. */
const deepest = 32;

/** A text with the colon that makes it a key, or what begins or ends something. */
const marks = /("(?:[^"\\]|\\.)*")(\s*:)?|[[\]{}]/g;

/**
 * Whether a text that is JSON leaves no choice how to read it: no key twice in one object (RFC 8259 section 4 leaves open which
 * counts), and no nesting that only serves to exhaust its reader.
 */
export function isPlainJson(text: string): boolean {
  const open: Set<string>[] = [];
  for (const [mark, string, colon] of text.matchAll(marks)) {
    if (mark === "}" || mark === "]") open.pop();
    else if (mark === "{" || mark === "[") open.push(new Set());
    else if (colon !== undefined && isThereAlready(open.at(-1), string ?? "")) return false;
    if (open.length > deepest) return false;
  }
  return true;
}

/** Notes a key of an object, as it is written. */
function isThereAlready(keys: Set<string> | undefined, written: string): boolean {
  const key = written.includes("\\") ? String(JSON.parse(written)) : written.slice(1, -1);
  if (keys?.has(key)) return true;
  keys?.add(key);
  return false;
}

/** The value the text spells, or undefined when it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
