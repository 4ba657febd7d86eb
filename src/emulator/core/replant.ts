/** Owns going back to the beginning: a world is remembered as it was planted, and made so again in place. */

/**
 * Remembers what `world` holds now. The function returned gives it back as often as it is called: the object stays the
 * same one, what lies in it is new, so that nobody may keep a part of it from one answer to the next.
 */
export function rememberWorld<World extends object>(world: World): () => void {
  const planted = copyOf(world, new Map());
  return () => {
    Object.assign(world, copyOf(planted, new Map()));
  };
}

/**
 * As `structuredClone`, except that a getter stays one: the key pair of a seeded link is made when somebody looks at
 * it, and stays the same through resets. Bytes are shared, since nobody writes to them.
 */
function copyOf<Value>(value: Value, known: Map<object, unknown>): Value {
  if (typeof value !== "object" || value === null) return value;
  const copied = known.get(value) ?? copyObject(value, known);
  return copied as Value; // a copy has the type of what it was made from
}

function copyObject(value: object, known: Map<object, unknown>): unknown {
  if (value instanceof Date) return new Date(value);
  if (ArrayBuffer.isView(value)) return value;
  const empty = emptyLike(value);
  known.set(value, empty);
  if (empty instanceof Map && value instanceof Map)
    for (const [key, each] of value) empty.set(copyOf(key, known), copyOf(each, known));
  else if (empty instanceof Set && value instanceof Set)
    for (const each of value) empty.add(copyOf(each, known));
  else copyProperties(value, empty, known);
  return empty;
}

function emptyLike(value: object): object {
  if (Array.isArray(value)) return [];
  if (value instanceof Map) return new Map();
  return value instanceof Set ? new Set() : {};
}

function copyProperties(from: object, to: object, known: Map<object, unknown>): void {
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(from))) {
    if (Array.isArray(from) && name === "length") continue;
    const own = "value" in property ? { ...property, value: copyOf(property.value, known) } : property;
    Object.defineProperty(to, name, own);
  }
}
