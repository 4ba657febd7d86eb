/** Owns what a user owns: the groups they are members of, and all groups above those. */
import type { CatalogGroup, CatalogUser } from "./entity.ts";

/** Groups by the reference of what is directly below them. */
export type Memberships = ReadonlyMap<string, ReadonlySet<string>>;

/** What users say of themselves and groups of their members, parents and children. Either side is enough. */
export function* collectMemberships(
  users: Iterable<CatalogUser>,
  groups: Iterable<CatalogGroup>,
): Generator<void, Memberships> {
  const above = new Map<string, Set<string>>();
  const add = (below: string, group: string) => {
    const known = above.get(below);
    if (known === undefined) above.set(below, new Set([group]));
    else known.add(group);
  };
  for (const { ref, memberOf = [] } of users) {
    for (const group of memberOf) add(ref, group);
    yield;
  }
  for (const { ref, parents, children, members } of groups) {
    for (const parent of parents) add(ref, parent);
    for (const below of [...children, ...members]) add(below, ref);
    yield;
  }
  return above;
}

/** The reference itself, its groups and all groups above, nearest first; a group that is above itself is met once. */
export function ownershipOf(memberships: Memberships, ref: string): readonly string[] {
  const owned = new Set([ref]);
  // A set gives what is added to it while it is walked.
  for (const each of owned) for (const group of memberships.get(each) ?? []) owned.add(group);
  return [...owned];
}
