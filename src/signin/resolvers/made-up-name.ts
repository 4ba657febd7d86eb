/** Owns the name of somebody whom the catalog does not have: legal, and never another person's. */
import { sha256 } from "../../base/digest.ts";
import type { Profile } from "../../bitbucket/profile/profile.ts";
import { isEntityName } from "../../catalog/references.ts";

/** Enough that no two people meet. */
const digits = 32;

/**
 * `user:default/bitbucket.1a2b3c4d-…`: instance and id, which together are one person for ever. User names and addresses change
 * hands or are one word at two domains, so none is in it. Where the two make no legal name, their digest stands for them.
 */
export function madeUpReference({ instance, id }: Pick<Profile, "instance" | "id">): string {
  // Neither has a dot, so no two people are divided differently into the same name.
  const plain = `${instance}.${id}`.toLowerCase();
  const isPlain = /^[a-z0-9-]+$/.test(instance) && /^[a-z0-9-]+$/i.test(id) && isEntityName(plain);
  return `user:default/${isPlain ? plain : `person.0x${sha256(`${instance}\n${id}`).slice(0, digits)}`}`;
}
