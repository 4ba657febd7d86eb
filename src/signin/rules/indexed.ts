/** Owns an instance's rules, found by what they are about: a person has few places, however many rules there are. */
import type { SeenPlace } from "./place.ts";
import { digestOf, type PlaceRule, pinName, type Rule } from "./rule.ts";

export interface IndexedRules {
  readonly all: readonly Rule[];
  readonly forEveryone: readonly Rule[];
  /** Those about a place. */
  readonly places: readonly PlaceRule[];
  readonly digest: string;
  /** Those that one of these places could meet: by its name, by its id, or by what its id is pinned to. In the order they are written. */
  about(seen: readonly SeenPlace[], pins: ReadonlyMap<string, string>): readonly PlaceRule[];
}

export function indexRules(all: readonly Rule[]): IndexedRules {
  const places = all.filter((rule) => rule.kind !== "everyone");
  const [byName, byId] = [new Map<string, number[]>(), new Map<string, number[]>()];
  for (const [at, rule] of places.entries()) {
    add(byName, pinName(rule), at);
    if (rule.id !== null) add(byId, `${rule.kind} ${rule.id}`, at);
  }
  return {
    all,
    forEveryone: all.filter(({ kind }) => kind === "everyone"),
    places,
    digest: digestOf(all),
    about(seen, pins) {
      const found = new Set<number>();
      const take = (positions: readonly number[] = []) => {
        for (const at of positions) found.add(at);
      };
      for (const { kind, place, id } of seen) {
        take(byName.get(pinName({ kind, place })));
        take(byId.get(`${kind} ${id}`));
      }
      for (const name of pins.keys()) take(byName.get(name));
      return [...found].sort((one, other) => one - other).flatMap((at) => places[at] ?? []);
    },
  };
}

function add(index: Map<string, number[]>, key: string, at: number): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, [at]);
  else known.push(at);
}
