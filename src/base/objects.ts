/** Owns telling what was parsed apart: an object with keys, and what is none. */

/** Neither null nor a list. Nothing is known of its values. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
