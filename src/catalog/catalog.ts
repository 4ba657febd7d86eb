/** Owns the catalog: which user an annotation means. Two users for one annotation are nobody: it never guesses. */
import { type Annotation, annotations, spell } from "./annotations.ts";
import type { CatalogUser } from "./entities.ts";

/** Whom an annotation means. */
export type Match =
  | { readonly kind: "one"; readonly ref: string }
  | { readonly kind: "several"; readonly refs: readonly string[] }
  /** `near` are values that differ in upper and lower case only. */
  | { readonly kind: "none"; readonly near: readonly string[] };

export interface Catalog {
  /** How many users there are. */
  readonly size: number;
  /** What was left out and why, one sentence each. */
  readonly warnings: readonly string[];
  find(annotation: Annotation, value: string): Match;
}

/** Makes the catalog of the users of all files. An entity that is written twice counts where it is written first. */
export function createCatalog(users: Iterable<CatalogUser>): Catalog {
  const byRef = new Map<string, CatalogUser>();
  const warnings: string[] = [];
  for (const user of users) {
    const known = byRef.get(user.ref);
    if (known === undefined) byRef.set(user.ref, user);
    else warnings.push(`${user.place} is left out: ${user.ref} stands in ${known.place} already.`);
  }
  const index = new Map(Object.values(annotations).map((name) => [name, indexBy(name, byRef.values())]));
  return {
    size: byRef.size,
    warnings,
    find(annotation, value) {
      const spelled = spell(annotation, value);
      const values = index.get(annotation) ?? new Map<string, string[]>();
      const [ref, ...others] = values.get(spelled) ?? [];
      if (ref === undefined) return { kind: "none", near: nearMisses(values.keys(), spelled) };
      return others.length === 0 ? { kind: "one", ref } : { kind: "several", refs: [ref, ...others] };
    },
  };
}

/** Entity references by the value of their annotation. */
function indexBy(annotation: Annotation, users: Iterable<CatalogUser>): ReadonlyMap<string, string[]> {
  const refs = new Map<string, string[]>();
  for (const user of users) {
    const value = user.annotations.get(annotation);
    const spelled = value === undefined ? "" : spell(annotation, value);
    if (spelled === "") continue;
    refs.set(spelled, [...(refs.get(spelled) ?? []), user.ref]);
  }
  return refs;
}

function nearMisses(values: Iterable<string>, spelled: string): readonly string[] {
  const lower = spelled.toLowerCase();
  return [...values].filter((value) => value.toLowerCase() === lower);
}
