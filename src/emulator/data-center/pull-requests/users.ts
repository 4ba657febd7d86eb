/** Owns the ids by which pull requests remember who did something: people, and the service users of tokens. */
import { userBehind } from "../callers-user.ts";
import type { DataCenterContext } from "../context.ts";
import type { DcActor } from "../events.ts";
import type { DataCenterWorld } from "../world.ts";
import type { UserId } from "./state.ts";

/** Who calls. Tokens have their service user, whether headers tell of it or not. */
export function userIdOf({ world }: DataCenterContext, caller: DcActor): UserId {
  return userBehind(world, caller)?.id ?? 0;
}

/** The name of a token's service user; null for any other id. */
export function tokenUserName(world: DataCenterWorld, userId: UserId): string | null {
  const ofProjects = world.projects.map(({ key }) => ({ projectKey: key, repositorySlug: null }));
  const ofRepositories = world.repositories.map(({ projectKey, slug }) => ({
    projectKey,
    repositorySlug: slug,
  }));
  for (const of of [...ofProjects, ...ofRepositories]) {
    const user = userBehind(world, { kind: "token", of, scopes: new Set() });
    if (user?.id === userId) return user.name;
  }
  return null;
}
