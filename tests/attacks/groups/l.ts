/** Owns group L of the catalogue: attacks on OAuth 1.0a with Server. */
import type { CatalogueEntry } from "../case.ts";

export const groupL: readonly CatalogueEntry[] = [];
