/** Owns finding the project or repository whose permissions a call is about, for who may administer it. */
import type { Context } from "hono";
import {
  type Level,
  personsProjectLevel,
  personsRepositoryLevel,
  projectLevel,
  repositoryLevel,
} from "../access.ts";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import { noSuchProject, noSuchRepository, notPermitted } from "../errors.ts";
import {
  type DcPerson,
  findProject,
  findRepository,
  type ProjectPermission,
  type RepositoryPermission,
} from "../world.ts";

const projectPermissions = ["PROJECT_READ", "PROJECT_WRITE", "PROJECT_ADMIN"] as const;
const repositoryPermissions = ["REPO_READ", "REPO_WRITE", "REPO_ADMIN"] as const;

/** What permissions are granted in. */
export interface Place {
  readonly kind: "project" | "repository";
  /** Person's id → permission. */
  readonly people: ReadonlyMap<number, string>;
  /** Group's name → permission. */
  readonly groups: ReadonlyMap<string, string>;
  /** Null takes it away. Does nothing with a word that is no permission of the place: {@link Place.knows} tells. */
  setPerson(id: number, permission: string | null): void;
  setGroup(name: string, permission: string | null): void;
  knows(permission: string): boolean;
  /** What a person may here, all told. */
  levelOf(person: DcPerson): Level;
}

/** The place of `:project` and `:repository`, or the answer to who may not administer it. */
export function administeredPlace(context: DataCenterContext, c: Context<DcEnv>): Place | Response {
  const { world } = context;
  const caller = c.get("caller");
  const key = c.req.param("project") ?? "";
  const slug = c.req.param("repository");
  const project = findProject(world, key);
  if (project === undefined) return noSuchProject(key);
  if (slug === undefined)
    return projectLevel(caller, project) === 3 ? placeOfProject(project) : notPermitted();
  const repository = findRepository(world, key, slug);
  if (repository === undefined) return noSuchRepository(key, slug);
  if (repositoryLevel(world, caller, repository) < 3) return notPermitted();
  return {
    kind: "repository",
    ...grantsIn<RepositoryPermission>(repository, repositoryPermissions),
    levelOf: (person) => personsRepositoryLevel(world, person, repository),
  };
}

function placeOfProject(project: NonNullable<ReturnType<typeof findProject>>): Place {
  return {
    kind: "project",
    ...grantsIn<ProjectPermission>(project, projectPermissions),
    levelOf: (person) => personsProjectLevel(person, project),
  };
}

type Grants = Pick<Place, "people" | "groups" | "setPerson" | "setGroup" | "knows">;

function grantsIn<Permission extends string>(
  {
    permissions,
    groupPermissions,
  }: {
    readonly permissions: Map<number, Permission>;
    readonly groupPermissions: Map<string, Permission>;
  },
  known: readonly Permission[],
): Grants {
  const put = <Key>(map: Map<Key, Permission>, key: Key, wanted: string | null) => {
    const permission = known.find((one) => one === wanted);
    if (wanted === null) map.delete(key);
    else if (permission !== undefined) map.set(key, permission);
  };
  return {
    people: permissions,
    groups: groupPermissions,
    setPerson: (id, permission) => put(permissions, id, permission),
    setGroup: (name, permission) => put(groupPermissions, name, permission),
    knows: (permission) => known.some((one) => one === permission),
  };
}
