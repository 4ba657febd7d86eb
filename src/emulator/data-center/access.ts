/** Owns who may see and do what: the rights of people and tokens, capped by the scopes of what they call with. */
import type { MiddlewareHandler } from "hono";
import type { DcCaller, DcEnv } from "./caller.ts";
import type { DataCenterContext } from "./context.ts";
import { noSuchProject, noSuchRepository, notPermitted } from "./errors.ts";
import type { DcScope } from "./scopes.ts";
import {
  administers,
  type DataCenterWorld,
  type DcPerson,
  type DcProject,
  type DcRepository,
  findProject,
  findRepository,
  mayLogIn,
} from "./world.ts";

/** 0: none · 1: read · 2: write · 3: administer. */
export type Level = 0 | 1 | 2 | 3;

/** What a permission is worth beside others of its kind. */
const levels: Readonly<Record<string, Level>> = {
  PROJECT_READ: 1,
  PROJECT_WRITE: 2,
  PROJECT_ADMIN: 3,
  REPO_READ: 1,
  REPO_WRITE: 2,
  REPO_ADMIN: 3,
};

/** Of `PROJECT_…` and `REPO_…`; undefined for any other word. */
export function levelOf(permission: string): Level | undefined {
  return Object.hasOwn(levels, permission) ? levels[permission] : undefined;
}

/** What a caller was given in a project. Being public gives nothing here: see {@link maySeeProject}. */
export function projectLevel(caller: DcCaller, project: DcProject): Level {
  if (caller.kind === "anonymous") return 0;
  if (caller.kind === "token") {
    const own = caller.of.repositorySlug === null && caller.of.projectKey === project.key;
    return own ? scopeLevel(caller.scopes, "PROJECT") : 0;
  }
  return capped(personsProjectLevel(caller.person, project), caller.scopes, "PROJECT");
}

/** What a caller was given in a repository, by it or by its project. */
export function repositoryLevel(world: DataCenterWorld, caller: DcCaller, repository: DcRepository): Level {
  if (caller.kind === "anonymous") return 0;
  if (caller.kind === "token") {
    const { projectKey, repositorySlug } = caller.of;
    const own =
      projectKey === repository.projectKey && (repositorySlug === null || repositorySlug === repository.slug);
    return own ? scopeLevel(caller.scopes, "REPO") : 0;
  }
  return capped(personsRepositoryLevel(world, caller.person, repository), caller.scopes, "REPO");
}

export function mayRead(world: DataCenterWorld, caller: DcCaller, repository: DcRepository): boolean {
  return repository.isPublic || repositoryLevel(world, caller, repository) > 0;
}

/** PROJECT_VIEW: any right in the project or in a repository of it, or something public. */
export function maySeeProject(world: DataCenterWorld, caller: DcCaller, project: DcProject): boolean {
  if (project.isPublic || projectLevel(caller, project) > 0) return true;
  return world.repositories.some(
    (repository) => repository.projectKey === project.key && mayRead(world, caller, repository),
  );
}

/** Finds the repository of `:project` and `:repository`, or answers 404; 401 when it is there and the caller may not. */
export function visibleRepository({ world }: DataCenterContext): MiddlewareHandler<DcEnv> {
  return async (c, next) => {
    const [key, slug] = [c.req.param("project") ?? "", c.req.param("repository") ?? ""];
    if (findProject(world, key) === undefined) return noSuchProject(key);
    const repository = findRepository(world, key, slug);
    if (repository === undefined) return noSuchRepository(key, slug);
    if (!mayRead(world, c.get("caller"), repository)) return notPermitted();
    c.set("repository", repository);
    return next();
  };
}

/** What a person was given in a project: by name, by a group, as everybody, or by a global permission. */
export function personsProjectLevel(person: DcPerson, project: DcProject): Level {
  if (administers(person) || project.ownerId === person.id) return 3;
  if (!mayLogIn(person)) return 0;
  return greatest([project.defaultPermission ?? undefined, ...grantsTo(person, project)]);
}

/** Likewise in a repository, or in its project. */
export function personsRepositoryLevel(
  world: DataCenterWorld,
  person: DcPerson,
  repository: DcRepository,
): Level {
  const project = findProject(world, repository.projectKey);
  const byProject = project === undefined ? 0 : personsProjectLevel(person, project);
  if (!mayLogIn(person)) return 0;
  const own = greatest(grantsTo(person, repository));
  return Math.max(byProject, own) as Level; // the greater of two levels is a level
}

function grantsTo(
  { id, groups }: DcPerson,
  { permissions, groupPermissions }: Pick<DcProject, "permissions" | "groupPermissions"> | DcRepository,
): readonly (string | undefined)[] {
  return [permissions.get(id), ...groups.map((name) => groupPermissions.get(name))];
}

function greatest(permissions: readonly (string | undefined)[]): Level {
  const all = permissions.map((permission) => levels[permission ?? ""] ?? 0);
  return Math.max(0, ...all) as Level; // the greatest of levels is a level
}

/**
 * Whether administrative resources are open to a caller: a person who administers, never by an HTTP access token.
 * @see Atlassian KB "How to use OAuth2 tokens for administrative endpoints"
 */
export function mayAdminister(caller: DcCaller): caller is DcCaller & { readonly kind: "person" } {
  if (caller.kind !== "person" || caller.credential === "http-access-token") return false;
  return administers(caller.person) && (caller.scopes === null || caller.scopes.has("ADMIN_WRITE"));
}

function capped(level: Level, scopes: ReadonlySet<DcScope> | null, kind: "PROJECT" | "REPO"): Level {
  if (scopes === null) return level;
  return Math.min(level, scopeLevel(scopes, kind)) as Level; // the lesser of two levels is a level
}

/** What scopes allow at most. Reading a project needs no more than reading repositories does. */
function scopeLevel(scopes: ReadonlySet<DcScope>, kind: "PROJECT" | "REPO"): Level {
  if (scopes.has(`${kind}_ADMIN`)) return 3;
  if (scopes.has(`${kind}_WRITE`)) return 2;
  return scopes.has("REPO_READ") ? 1 : 0;
}
