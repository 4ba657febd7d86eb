/** Owns what is remembered only as long as there is room: memory is finite. */

/** A cache that forgets what was used longest ago once the weights exceed its limit. */
export interface BoundedCache<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
}

/** Makes a cache; `weigh` is in any unit, and `limit` in the same one. */
export function boundedCache<V>(limit: number, weigh: (value: V) => number): BoundedCache<V> {
  const entries = new Map<string, V>();
  let weight = 0;

  const forget = (key: string) => {
    const value = entries.get(key);
    if (value === undefined) return;
    entries.delete(key);
    weight -= weigh(value);
  };

  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      forget(key);
      if (weigh(value) > limit) return;
      entries.set(key, value);
      weight += weigh(value);
      for (const oldest of entries.keys()) {
        if (weight <= limit) return;
        forget(oldest);
      }
    },
  };
}
