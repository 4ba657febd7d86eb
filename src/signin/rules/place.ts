/** Owns a place as Bitbucket shows it to a person who is asked about. */
import type { Permission } from "./rule.ts";

export interface SeenPlace {
  readonly kind: "workspace" | "project" | "repository";
  /** As a rule names it: `acme`, `acme/KEY`, `KEY/api`. */
  readonly place: string;
  /** Bitbucket's own, which stays when it is renamed and is never given twice. */
  readonly id: string;
  /** What the person may do there. */
  readonly permission: Permission;
}
