/** Owns the catalog: which user is meant, and what they own. Two users for one value are nobody: it never guesses. */
import { type Annotation, annotations, spell } from "./annotations.ts";
import type { CatalogGroup, CatalogUser } from "./entity.ts";
import { collectMemberships, ownershipOf } from "./ownership.ts";

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
  /** By `spec.profile.email`, in upper or lower case. What stands there is believed. */
  findByEmail(email: string): Match;
  /** By the whole reference in lower case. */
  user(ref: string): CatalogUser | undefined;
  users(): Iterable<CatalogUser>;
  /**
   * What a user owns, as Backstage's claims have it: their own reference first, then the groups they are members of and all
   * groups above those. A user nobody knows owns themselves alone.
   */
  ownership(ref: string): readonly string[];
}

/** Makes the catalog of what all sources gave. An entity that is written twice counts where it is written first. */
export function createCatalog(users: Iterable<CatalogUser>, groups: Iterable<CatalogGroup> = []): Catalog {
  const steps = buildCatalog(users, groups);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The same, entity by entity: others can work after each. */
export function* buildCatalog(
  users: Iterable<CatalogUser>,
  groups: Iterable<CatalogGroup> = [],
): Generator<void, Catalog> {
  const warnings: string[] = [];
  const byRef = yield* firstOfEach(users, warnings);
  const groupsByRef = yield* firstOfEach(groups, warnings);
  const index = new Map<Annotation, Index>();
  for (const name of Object.values(annotations))
    index.set(
      name,
      yield* indexBy(byRef.values(), ({ annotations: given }) => spell(name, given.get(name) ?? "")),
    );
  const byEmail = yield* indexBy(byRef.values(), ({ email = "" }) => spellEmail(email));
  const memberships = yield* collectMemberships(byRef.values(), groupsByRef.values());
  return {
    size: byRef.size,
    warnings,
    find: (annotation, value) => lookUp(index.get(annotation), spell(annotation, value)),
    findByEmail: (email) => lookUp(byEmail, spellEmail(email)),
    user: (ref) => byRef.get(ref),
    users: () => byRef.values(),
    ownership: (ref) => ownershipOf(memberships, ref),
  };
}

function* firstOfEach<Entity extends { readonly ref: string; readonly place: string }>(
  entities: Iterable<Entity>,
  warnings: string[],
): Generator<void, ReadonlyMap<string, Entity>> {
  const byRef = new Map<string, Entity>();
  for (const entity of entities) {
    const known = byRef.get(entity.ref);
    if (known === undefined) byRef.set(entity.ref, entity);
    else warnings.push(`${entity.place} is left out: ${entity.ref} stands in ${known.place} already.`);
    yield;
  }
  return byRef;
}

interface Index {
  /** References by value. */
  readonly refs: ReadonlyMap<string, readonly string[]>;
  /** Values by the same in lower case. */
  readonly near: ReadonlyMap<string, readonly string[]>;
}

function* indexBy(
  users: Iterable<CatalogUser>,
  textOf: (user: CatalogUser) => string,
): Generator<void, Index> {
  const [refs, near] = [new Map<string, string[]>(), new Map<string, string[]>()];
  for (const user of users) {
    const value = textOf(user);
    if (value !== "") {
      if (!refs.has(value)) append(near, value.toLowerCase(), value);
      append(refs, value, user.ref);
    }
    yield;
  }
  return { refs, near };
}

function append(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

function lookUp(index: Index | undefined, value: string): Match {
  const [ref, ...others] = index?.refs.get(value) ?? [];
  if (ref === undefined) return { kind: "none", near: index?.near.get(value.toLowerCase()) ?? [] };
  return others.length === 0 ? { kind: "one", ref } : { kind: "several", refs: [ref, ...others] };
}

/** "" for what must not be compared: in lower case, letters of other alphabets can become ASCII ones. */
function spellEmail(email: string): string {
  const text = email.trim();
  return /^[\x21-\x7e]+$/.test(text) ? text.toLowerCase() : "";
}
