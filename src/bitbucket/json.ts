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

/** The value the text spells, or undefined when it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
