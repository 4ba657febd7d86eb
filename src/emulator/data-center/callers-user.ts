/** Owns the user Bitbucket says a caller is: a person, or the service user that stands for a project's or repository's token. */
import type { DcCaller } from "./caller.ts";
import type { DataCenterContext } from "./context.ts";
import { type DataCenterWorld, findProject, findRepository } from "./world.ts";

/** Beyond every person's id. */
const firstTokenUserId = 1_000_000;

interface CallersUser {
  readonly id: number;
  readonly name: string;
}

/** Null for nobody, and for a token where it has no user. */
export function callersUser({ world, rules }: DataCenterContext, caller: DcCaller): CallersUser | null {
  return caller.kind === "token" && !rules.tokenUser ? null : userBehind(world, caller);
}

/** Whoever it is that a bucket or an event is about; null for nobody. */
export function userBehind(world: DataCenterWorld, caller: DcCaller): CallersUser | null {
  if (caller.kind === "person") return caller.person;
  if (caller.kind === "anonymous") return null;
  const { projectKey, repositorySlug } = caller.of;
  const owner =
    repositorySlug === null
      ? findProject(world, projectKey)
      : findRepository(world, projectKey, repositorySlug);
  if (owner === undefined) return null;
  const kind = repositorySlug === null ? 1 : 2;
  return { id: firstTokenUserId * kind + owner.id, name: `access-token-user/${kind}/${owner.id}` };
}
