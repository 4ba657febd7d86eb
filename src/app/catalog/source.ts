/** Owns the shape of a place that entities come from. */
import type { CatalogGroup, CatalogUser } from "../../catalog/entity.ts";

export interface SourceContents {
  readonly users: readonly CatalogUser[];
  readonly groups: readonly CatalogGroup[];
  /** What was left out and why, one sentence each. */
  readonly warnings: readonly string[];
}

export interface CatalogSource {
  /** As the operator knows it. */
  readonly name: string;
  /** How long what it said may be believed without asking; null where looking whether it has changed costs next to nothing. */
  readonly refreshSeconds: number | null;
  /** What it gives now: the same object as before where nothing has changed. Throws when it cannot be read. */
  read(): Promise<SourceContents>;
}
