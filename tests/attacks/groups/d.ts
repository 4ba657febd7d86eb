/** Owns group D of the catalogue: attacks on sessions. */
import type { CatalogueEntry } from "../case.ts";

export const groupD: readonly CatalogueEntry[] = [];
