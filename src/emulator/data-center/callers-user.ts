/** Owns the user Bitbucket says a caller is: a person, or the service user that stands for a project's or repository's token. */
import type { DcCaller } from "./caller.ts";
import type { DataCenterContext } from "./context.ts";
import { findProject, findRepository } from "./world.ts";

/** Beyond every person's id. */
const firstTokenUserId = 1_000_000;

/** Null for nobody. */
export function callersUser(
  { world, rules }: DataCenterContext,
  caller: DcCaller,
): { readonly id: number; readonly name: string } | null {
  if (caller.kind === "person") return caller.person;
  if (caller.kind === "anonymous" || !rules.tokenUser) return null;
  const { projectKey, repositorySlug } = caller.of;
  const owner =
    repositorySlug === null
      ? findProject(world, projectKey)
      : findRepository(world, projectKey, repositorySlug);
  if (owner === undefined) return null;
  const kind = repositorySlug === null ? 1 : 2;
  return { id: firstTokenUserId * kind + owner.id, name: `access-token-user/${kind}/${owner.id}` };
}
