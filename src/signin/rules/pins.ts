/** Owns pinning: the first person a rule lets in settles which place it means, for everybody after. */
import type { Audit } from "../../audit/audit.ts";
import type { Clock } from "../../base/clock.ts";
import type { Executor } from "../../storage/database.ts";
import { findRulePinsById, findRulePinsByPlace, insertRulePin } from "../../storage/tables/rule-pins.ts";
import type { SeenPlace } from "./place.ts";
import { type PlaceRule, pinName } from "./rule.ts";

/** Ids by the names of what they are pinned to. */
export type Pins = ReadonlyMap<string, string>;

/** Those that matter to somebody who was shown to have these places: of the same ids, and of the same names. */
export async function readPins(db: Executor, instanceId: string, seen: readonly SeenPlace[]): Promise<Pins> {
  const ids = seen.map(({ id }) => id);
  const pins = new Map(toNames(await findRulePinsById(db, instanceId, ids)));
  // Mostly all are found by now: a name has one pin.
  const names = seen.map(pinName).filter((name) => !pins.has(name));
  for (const [name, id] of toNames(await findRulePinsByPlace(db, instanceId, names))) pins.set(name, id);
  return pins;
}

function toNames(pins: Awaited<ReturnType<typeof findRulePinsById>>) {
  return pins.map(({ place, pinned_id }) => [place, pinned_id] as const);
}

export interface FirstSeen {
  /** Those that have just let somebody in. */
  readonly rules: readonly PlaceRule[];
  readonly seen: readonly SeenPlace[];
  readonly pins: Pins;
}

/** Pins what these rules mean and no rule has meant before; gives the pins there are afterwards, whoever was first. */
export async function pinFirstSeen(
  { audit, clock }: { readonly audit: Pick<Audit, "transaction">; readonly clock: Clock },
  instanceId: string,
  { rules, seen, pins }: FirstSeen,
): Promise<Pins> {
  const missing = rules.filter((rule) => rule.id === null && !pins.has(pinName(rule)));
  if (missing.length === 0) return pins;
  return audit.transaction(async (db, record) => {
    for (const rule of missing) {
      const found = seen.find(({ kind, place }) => kind === rule.kind && place === rule.place);
      if (found === undefined) continue;
      const pin = { place: pinName(rule), pinned_id: found.id };
      const row = { instance_id: instanceId, ...pin, pinned_at: clock.now().toISOString() };
      if (!(await insertRulePin(db, row))) continue;
      const facts = { instance: instanceId, place: pin.place, id: pin.pinned_id };
      await record({ event: "rule.pinned", actor: "rules", facts });
    }
    return readPins(db, instanceId, seen);
  });
}
