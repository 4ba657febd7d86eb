/** Owns laying one configuration over another. */
import { isObject } from "./objects.ts";

/** The second over the first, object by object; lists and plain values are replaced whole, what is undefined replaces nothing. */
export function merge(below: unknown, above: unknown): unknown {
  if (!isObject(below) || !isObject(above)) return above ?? below;
  const keys = new Set([...Object.keys(below), ...Object.keys(above)]);
  return Object.fromEntries([...keys].map((key) => [key, merge(own(below, key), own(above, key))]));
}

/** Not what every object has, such as `constructor`. */
function own(object: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
