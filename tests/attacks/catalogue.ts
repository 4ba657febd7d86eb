/** Owns the catalogue: every case of every group, in order. */
import type { CatalogueEntry } from "./case.ts";
import { groupA } from "./groups/a.ts";

export const catalogue: readonly CatalogueEntry[] = [...groupA];

/** How many numbers each group has. */
export const groups = { A: 9, B: 8, C: 27, D: 10, E: 16, G: 16, J: 5, L: 6 } as const;
