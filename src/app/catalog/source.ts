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
  /** Whether it is on this machine: then whoever signs in waits until it has been looked at. */
  readonly isNear: boolean;
  /** How long what it said last may be believed without asking. 0: not at all. */
  refreshSeconds(): number;
  /** What it gives now: the same object as before where nothing has changed. Throws when it cannot be read. */
  read(): Promise<SourceContents>;
}
