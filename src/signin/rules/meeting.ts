/** Owns comparing rules with what Bitbucket shows of a person, however many there are of both. */
import type { SeenPlace } from "./place.ts";
import { isAtLeast, type Permission, type PlaceRule, pinName } from "./rule.ts";

/** What a person may do where, found by the id of a place or by its name. */
export interface Standing {
  readonly byId: ReadonlyMap<string, Permission>;
  readonly byName: ReadonlyMap<string, Permission>;
}

export function standingOf(seen: readonly SeenPlace[]): Standing {
  const [byId, byName] = [new Map<string, Permission>(), new Map<string, Permission>()];
  for (const place of seen) {
    keepGreater(byId, `${place.kind} ${place.id}`, place.permission);
    keepGreater(byName, pinName(place), place.permission);
  }
  return { byId, byName };
}

function keepGreater(all: Map<string, Permission>, key: string, permission: Permission): void {
  const known = all.get(key);
  if (known === undefined || isAtLeast(permission, known)) all.set(key, permission);
}

/** Once it is known which place is meant, only that one counts, whatever its name; until then the one of exactly this name. */
export function isMet(rule: PlaceRule, standing: Standing, pins: ReadonlyMap<string, string>): boolean {
  const id = rule.id ?? pins.get(pinName(rule)) ?? null;
  const has = id === null ? standing.byName.get(pinName(rule)) : standing.byId.get(`${rule.kind} ${id}`);
  return has !== undefined && isAtLeast(has, rule.permission);
}
