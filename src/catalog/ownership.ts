/** Owns what a user owns: the groups they are members of, and all groups above those. */
import type { CatalogGroup, CatalogUser } from "./entity.ts";

/** Groups by the reference of what is directly below them, as groups have it. */
export type GroupsAbove = ReadonlyMap<string, ReadonlySet<string>>;

/** What groups say of their members, parents and children. */
export function* collectGroups(groups: Iterable<CatalogGroup>): Generator<void, GroupsAbove> {
  const above = new Map<string, Set<string>>();
  const add = (below: string, group: string) => {
    const known = above.get(below);
    if (known === undefined) above.set(below, new Set([group]));
    else known.add(group);
  };
  for (const { ref, parents, children, members } of groups) {
    for (const parent of parents) add(ref, parent);
    for (const below of [...children, ...members]) add(below, ref);
    yield;
  }
  return above;
}

/** What says who is in a group: what the user says of themselves and what the group does. Either side is enough. */
export interface Memberships {
  readonly users: ReadonlyMap<string, Pick<CatalogUser, "memberOf">>;
  readonly above: GroupsAbove;
}

/** The reference itself, its groups and all groups above, nearest first; a group that is above itself is met once. */
export function ownershipOf({ users, above }: Memberships, ref: string): readonly string[] {
  const owned = new Set([ref, ...(users.get(ref)?.memberOf ?? [])]);
  // A set gives what is added to it while it is walked.
  for (const each of owned) for (const group of above.get(each) ?? []) owned.add(group);
  return [...owned];
}
