/** Owns growing a Data Center's world: the default people, a project for each workspace, the repositories of both. */
import type { Repository, Workspace } from "../core/world.ts";
import { defaultPeople } from "./default-people.ts";
import { emptyCredentials } from "./state.ts";
import type { DataCenterWorld, DcProject, ProjectPermission } from "./world.ts";

/** Beside administrators of everything: John administers every project, Jane writes to it, two read; Nora and Amy have nothing. */
const rights: readonly (readonly [name: string, permission: ProjectPermission])[] = [
  ["johndoe", "PROJECT_ADMIN"],
  ["jane.doe@example.com", "PROJECT_WRITE"],
  ["Zoë+Müller", "PROJECT_READ"],
  ["build-bot", "PROJECT_READ"],
];

/** Projects have the keys of Cloud's workspaces in upper case, and John has one of his own. Repositories are added one by one. */
export function plantDataCenter(workspaces: readonly Workspace[]): DataCenterWorld {
  const people = defaultPeople();
  const projects = workspaces.map((workspace, at) => ({
    id: at + 1,
    key: projectKeyOf(workspace.slug),
    name: workspace.name,
    description: null,
    isPublic: false,
    ownerId: null,
    permissions: new Map(
      rights.flatMap(([name, permission]) => {
        const person = people.find((each) => each.name === name);
        const own = at === 0 || name === "jane.doe@example.com";
        return person === undefined || !own ? [] : [[person.id, permission] as const];
      }),
    ),
  }));
  const world = { people, projects: [...projects], repositories: [], state: emptyCredentials() };
  addPersonalProject(world, "johndoe");
  return world;
}

/** `acme` → `ACME`; what a key may not hold becomes an underscore. */
export function projectKeyOf(workspaceSlug: string): string {
  return workspaceSlug.toUpperCase().replaceAll(/[^A-Z0-9_-]/g, "_");
}

/** Registers what Cloud shows as a repository too: the same folder, the same slug. */
export function addDcRepository(world: DataCenterWorld, repository: Repository): void {
  world.repositories.push({
    id: world.repositories.length + 1,
    projectKey: projectKeyOf(repository.workspaceSlug),
    slug: repository.slug,
    name: repository.name,
    description: repository.description === "" ? null : repository.description,
    isPublic: !repository.isPrivate,
    permissions: new Map(),
    path: repository.path,
  });
}

function addPersonalProject(world: DataCenterWorld, name: string): void {
  const owner = world.people.find((person) => person.name === name);
  if (owner === undefined) return;
  const project: DcProject = {
    id: world.projects.length + 1,
    key: `~${owner.slug}`,
    name: owner.displayName,
    description: null,
    isPublic: false,
    ownerId: owner.id,
    permissions: new Map(),
  };
  world.projects.push(project);
}
