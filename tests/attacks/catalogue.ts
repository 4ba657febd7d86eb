/** Owns the catalogue: every case of every group, in order. */
import type { CatalogueEntry } from "./case.ts";
import { groupA } from "./groups/a.ts";
import { groupB } from "./groups/b.ts";
import { groupC } from "./groups/c.ts";
import { groupD } from "./groups/d.ts";
import { groupE } from "./groups/e.ts";
import { groupF } from "./groups/f.ts";
import { groupG } from "./groups/g.ts";
import { groupJ } from "./groups/j.ts";
import { groupK } from "./groups/k.ts";
import { groupL } from "./groups/l.ts";

export const catalogue: readonly CatalogueEntry[] = [
  ...groupA,
  ...groupB,
  ...groupC,
  ...groupD,
  ...groupE,
  ...groupF,
  ...groupG,
  ...groupJ,
  ...groupK,
  ...groupL,
];

/** How many numbers each group has. */
const sizes = { A: 9, B: 8, C: 27, D: 10, E: 16, F: 10, G: 16, J: 5, K: 6, L: 6 } as const;

/** The numbers nothing stands for. */
export function missingNumbers(): readonly string[] {
  const known = new Set<string>(catalogue.map(({ id }) => id));
  return Object.entries(sizes).flatMap(([group, size]) =>
    Array.from({ length: size }, (_, at) => `${group}${at + 1}`).filter((id) => !known.has(id)),
  );
}
