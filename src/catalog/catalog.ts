/** Owns the catalog: which user is meant, and what they own. Two users for one value are nobody: it never guesses. */
import { type Annotation, annotationOf, annotations, spell } from "./annotations.ts";
import type { CatalogGroup, CatalogUser } from "./entity.ts";
import { collectGroups, ownershipOf } from "./ownership.ts";

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
      yield* indexBy(byRef.values(), ({ annotations: given }) =>
        spell(name, annotationOf(given, name) ?? ""),
      ),
    );
  const byEmail = yield* indexBy(byRef.values(), ({ email = "" }) => spellEmail(email));
  const above = yield* collectGroups(groupsByRef.values());
  return {
    size: byRef.size,
    warnings,
    find: (annotation, value) => lookUp(index.get(annotation), spell(annotation, value)),
    findByEmail: (email) => lookUp(byEmail, spellEmail(email)),
    user: (ref) => byRef.get(ref),
    users: () => byRef.values(),
    ownership: (ref) => ownershipOf({ users: byRef, above }, ref),
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
  readonly refs: Texts;
  /** Values by the same in lower case, where that is not the value itself. */
  readonly near: Texts;
}

/** Mostly one each: a list would be made for every user, for nothing. */
type Texts = ReadonlyMap<string, string | readonly string[]>;

function* indexBy(
  users: Iterable<CatalogUser>,
  textOf: (user: CatalogUser) => string,
): Generator<void, Index> {
  const [refs, near] = [new Map<string, string | string[]>(), new Map<string, string | string[]>()];
  for (const user of users) {
    const value = textOf(user);
    if (value !== "") {
      const lower = value.toLowerCase();
      if (lower !== value && !refs.has(value)) append(near, lower, value);
      append(refs, value, user.ref);
    }
    yield;
  }
  return { refs, near };
}

function append(lists: Map<string, string | string[]>, key: string, value: string): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, value);
  else if (typeof known === "string") lists.set(key, [known, value]);
  else known.push(value);
}

function listed(texts: Texts, key: string): readonly string[] {
  const known = texts.get(key) ?? [];
  return typeof known === "string" ? [known] : known;
}

function lookUp(index: Index | undefined, value: string): Match {
  if (index === undefined) return { kind: "none", near: [] };
  const [ref, ...others] = listed(index.refs, value);
  if (ref === undefined) return { kind: "none", near: nearTo(index, value.toLowerCase()) };
  return others.length === 0 ? { kind: "one", ref } : { kind: "several", refs: [ref, ...others] };
}

function nearTo({ refs, near }: Index, lower: string): readonly string[] {
  return [...(refs.has(lower) ? [lower] : []), ...listed(near, lower)];
}

/** "" for what must not be compared: in lower case, letters of other alphabets can become ASCII ones. */
function spellEmail(email: string): string {
  const text = email.trim();
  return /^[\x21-\x7e]+$/.test(text) ? text.toLowerCase() : "";
}
