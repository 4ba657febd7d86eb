/** Owns growing a Data Center's world: its people, a project for each workspace, the repositories of both, and who may do what. */
import { EmulatorFailure } from "../core/errors.ts";
import type { DataCenterSeed } from "../core/seed-data-center.ts";
import type { Repository, Workspace } from "../core/world.ts";
import { defaultPeople, seededPeople } from "./default-people.ts";
import { emptyHooks } from "./hooks/state.ts";
import { emptyRateLimit } from "./limits/state.ts";
import { noPullRequests } from "./pull-requests/state.ts";
import { emptyCredentials } from "./state.ts";
import {
  type DataCenterWorld,
  type DcPerson,
  type DcProject,
  type DcRepository,
  findProject,
  type ProjectPermission,
  personByName,
  type RepositoryPermission,
} from "./world.ts";

/** Beside administrators of everything: John administers every project, Jane writes to it, two read; Nora and Amy have nothing. */
const usualRights: readonly (readonly [name: string, permission: ProjectPermission])[] = [
  ["johndoe", "PROJECT_ADMIN"],
  ["jane.doe@example.com", "PROJECT_WRITE"],
  ["Zoë+Müller", "PROJECT_READ"],
  ["build-bot", "PROJECT_READ"],
];

type Rights = NonNullable<DataCenterSeed["permissions"]>;

/**
 * Projects have the keys of Cloud's workspaces in upper case, and John has one of his own; those of the seed come
 * beside them, or in their place. Repositories are added one by one. Throws {@link EmulatorFailure} `bad_seed`.
 */
export function plantDataCenter(
  workspaces: readonly Workspace[],
  seed: DataCenterSeed = {},
): DataCenterWorld {
  const people = seed.people === undefined ? defaultPeople() : seededPeople(seed.people);
  const world: DataCenterWorld = {
    people,
    projects: plantProjects(workspaces, seed),
    repositories: [],
    state: emptyCredentials(),
    rateLimit: emptyRateLimit(),
    hookState: emptyHooks(),
    pullRequests: noPullRequests(),
  };
  if (seed.permissions === undefined) giveUsualRights(world, workspaces.length);
  else giveProjectRights(world, seed.permissions);
  if (seed.people === undefined) addPersonalProject(world, "johndoe");
  return world;
}

function plantProjects(workspaces: readonly Workspace[], { projects = [] }: DataCenterSeed): DcProject[] {
  const own = workspaces.map(({ slug, name }) => ({ key: projectKeyOf(slug), name }));
  const seeded = new Map(projects.map((project) => [project.key, project]));
  const keys = [...new Set([...own.map(({ key }) => key), ...seeded.keys()])];
  return keys.map((key, at) => {
    const given = seeded.get(key);
    return {
      id: at + 1,
      key,
      name: given?.name ?? own.find((each) => each.key === key)?.name ?? key,
      description: given?.description ?? null,
      isPublic: given?.public ?? false,
      ownerId: null,
      permissions: new Map(),
      groupPermissions: new Map(),
      defaultPermission: given?.defaultPermission ?? null,
    };
  });
}

/** In the first project everybody has theirs, in the others of Cloud's workspaces Jane alone. */
function giveUsualRights(world: DataCenterWorld, count: number): void {
  for (const [at, project] of world.projects.slice(0, count).entries())
    for (const [name, permission] of usualRights) {
      const person = personByName(world, name);
      const own = at === 0 || name === "jane.doe@example.com";
      if (person !== undefined && own) project.permissions.set(person.id, permission);
    }
}

function giveProjectRights(world: DataCenterWorld, rights: Rights): void {
  for (const right of rights) {
    const project = findProject(world, right.project);
    if (project === undefined) throw missing("project", right.project);
    if (right.repository !== undefined) continue;
    // The schema gives a right without a repository a permission of projects.
    give(world, project, { ...right, permission: right.permission as ProjectPermission });
  }
}

function give<Permission extends string>(
  world: DataCenterWorld,
  to: {
    readonly permissions: Map<number, Permission>;
    readonly groupPermissions: Map<string, Permission>;
  },
  right: {
    readonly person?: string | undefined;
    readonly group?: string | undefined;
    readonly permission: Permission;
  },
): void {
  if (right.group !== undefined) to.groupPermissions.set(right.group, right.permission);
  if (right.person === undefined) return;
  const person: DcPerson | undefined = personByName(world, right.person);
  if (person === undefined) throw missing("person", right.person);
  to.permissions.set(person.id, right.permission);
}

function missing(what: string, name: string): EmulatorFailure {
  return new EmulatorFailure(
    "bad_seed",
    `The seed has a mistake: dataCenter.permissions: there is no ${what} "${name}".`,
  );
}

/** `acme` → `ACME`; what a key may not hold becomes an underscore. */
function projectKeyOf(workspaceSlug: string): string {
  return workspaceSlug.toUpperCase().replaceAll(/[^A-Z0-9_-]/g, "_");
}

/** Registers what Cloud shows as a repository too: the same folder, the same slug; with the rights a seed gives in it. */
export function addDcRepository(
  world: DataCenterWorld,
  repository: Repository,
  { permissions = [] }: DataCenterSeed = {},
): void {
  const added: DcRepository = {
    id: world.repositories.length + 1,
    projectKey: projectKeyOf(repository.workspaceSlug),
    slug: repository.slug,
    name: repository.name,
    description: repository.description === "" ? null : repository.description,
    isPublic: !repository.isPrivate,
    permissions: new Map(),
    groupPermissions: new Map(),
    path: repository.path,
  };
  world.repositories.push(added);
  for (const right of permissions) {
    const isHere = right.project.toUpperCase() === added.projectKey && right.repository === added.slug;
    // The schema gives a right with a repository a permission of repositories.
    if (isHere) give(world, added, { ...right, permission: right.permission as RepositoryPermission });
  }
}

function addPersonalProject(world: DataCenterWorld, name: string): void {
  const owner = personByName(world, name);
  if (owner === undefined) return;
  world.projects.push({
    id: world.projects.length + 1,
    key: `~${owner.slug}`,
    name: owner.displayName,
    description: null,
    isPublic: false,
    ownerId: owner.id,
    permissions: new Map(),
    groupPermissions: new Map(),
    defaultPermission: null,
  });
}
