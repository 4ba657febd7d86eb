/** Owns group E of the catalogue: attacks on identity and linking. */
import type { CatalogueEntry } from "../case.ts";

export const groupE: readonly CatalogueEntry[] = [];
