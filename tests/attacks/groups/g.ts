/** Owns group G of the catalogue: attacks by, and by way of, the servers that are called. */
import type { CatalogueEntry } from "../case.ts";
import { addresses } from "./g-addresses.ts";
import { answers } from "./g-answers.ts";
import { exhaustion } from "./g-exhaustion.ts";

export const groupG: readonly CatalogueEntry[] = [...addresses, ...exhaustion, ...answers];
