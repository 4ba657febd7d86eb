/** Owns group J of the catalogue: attacks on what leaks. */
import type { CatalogueEntry } from "../case.ts";

export const groupJ: readonly CatalogueEntry[] = [];
