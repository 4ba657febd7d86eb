/** Owns the shape of an attack: one case of the catalogue, by its number, that fails when the attack succeeds. */
import type { Place, PlaceNeeds } from "./place.ts";

/** `A1` to `L6`: a letter for the group, a number in it. */
export type CaseId = `${"A" | "B" | "C" | "D" | "E" | "F" | "G" | "J" | "K" | "L"}${number}`;

export interface AttackCase {
  readonly id: CaseId;
  /** What has to happen, as a sentence: "A callback without a cookie is refused, and Bitbucket is not called." */
  readonly title: string;
  /** Needs {@link Place.chromium}. */
  readonly browser?: true;
  /** Looks at the server from the inside: its clock, its log, its database. Not run against somebody else's server. */
  readonly inside?: true;
  /** Needs several instances, so nothing to try where a server has one. */
  readonly instances?: true;
  /** Makes the server fail on purpose; otherwise a failure that it did not foresee is one of the case. */
  readonly mayBreak?: true;
  /** A server that has this beside what every server under attack is configured with. */
  readonly needs?: PlaceNeeds;
  /** Milliseconds. Default 15,000. */
  readonly patience?: number;
  /** Attacks. Throws when the attack succeeds. */
  run(place: Place): Promise<void>;
}

/** A case of the catalogue that cannot be run here. */
export interface NotApplicable {
  readonly id: CaseId;
  readonly title: string;
  /** Why there is nothing to attack. */
  readonly because: string;
}

export type CatalogueEntry = AttackCase | NotApplicable;

export function isAttack(entry: CatalogueEntry): entry is AttackCase {
  return "run" in entry;
}
