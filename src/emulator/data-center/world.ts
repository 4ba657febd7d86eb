/** Owns what exists inside a Data Center or Server: people, projects, repositories, and who may do what. */
import type { DcHookState } from "./hooks/state.ts";
import type { RateLimitState } from "./limits/state.ts";
import type { PullRequests } from "./pull-requests/state.ts";
import type { CredentialState } from "./state.ts";

/** What a person may do beyond their projects; each brings the ones before. */
export type GlobalPermission = "LICENSED_USER" | "PROJECT_CREATE" | "ADMIN" | "SYS_ADMIN";

export interface DcPerson {
  /** Stays through renames; a re-created person gets a new one. */
  readonly id: number;
  /** What is typed at login, and what `X-AUSERNAME` carries. */
  readonly name: string;
  /** The name as URLs carry it. */
  readonly slug: string;
  readonly displayName: string;
  readonly emailAddress: string | null;
  readonly active: boolean;
  readonly type: "NORMAL" | "SERVICE";
  readonly password: string;
  /** Where `avatarUrl` points: this server's own picture as a path, or somewhere else as a whole URL. */
  readonly avatar: "relative" | "absolute";
  /** Null: without a licence, who cannot log in. */
  readonly globalPermission: GlobalPermission | null;
  /** Names of groups. */
  readonly groups: readonly string[];
}

export type ProjectPermission = "PROJECT_READ" | "PROJECT_WRITE" | "PROJECT_ADMIN";
export type RepositoryPermission = "REPO_READ" | "REPO_WRITE" | "REPO_ADMIN";

export interface DcProject {
  readonly id: number;
  /** Upper case; `~slug` for a person's own. */
  readonly key: string;
  readonly name: string;
  readonly description: string | null;
  readonly isPublic: boolean;
  /** Of a personal project; null: an ordinary one. */
  readonly ownerId: number | null;
  /** Person's id → the highest they have. */
  readonly permissions: Map<number, ProjectPermission>;
  /** Group's name → the highest its members have. */
  readonly groupPermissions: Map<string, ProjectPermission>;
  /** What everybody who is logged in has; null: nothing. */
  defaultPermission: ProjectPermission | null;
}

/** A git repository on disk, shown under `projectKey/slug`. */
export interface DcRepository {
  readonly id: number;
  readonly projectKey: string;
  readonly slug: string;
  readonly name: string;
  readonly description: string | null;
  readonly isPublic: boolean;
  /** Person's id → the highest they have, beside what the project gives. */
  readonly permissions: Map<number, RepositoryPermission>;
  /** Group's name → the highest its members have, likewise. */
  readonly groupPermissions: Map<string, RepositoryPermission>;
  /** Absolute path of the work tree or bare repository, never written to: open and write it through `GitRepositories`. */
  readonly path: string;
}

export interface DataCenterWorld {
  /** Entries are replaced when a person is renamed or re-created. */
  readonly people: DcPerson[];
  readonly projects: DcProject[];
  readonly repositories: DcRepository[];
  readonly state: CredentialState;
  readonly rateLimit: RateLimitState;
  readonly hookState: DcHookState;
  readonly pullRequests: PullRequests;
}

/** Whether somebody may log in at all, by whatever credential. */
export function mayLogIn({ active, globalPermission }: DcPerson): boolean {
  return active && globalPermission !== null;
}

/** Administers all of it. */
export function administers({ globalPermission }: DcPerson): boolean {
  return globalPermission === "ADMIN" || globalPermission === "SYS_ADMIN";
}

/** The names of all groups, in order. */
export function groupsOf({ people, projects, repositories }: DataCenterWorld): readonly string[] {
  const granted = [...projects, ...repositories].flatMap(({ groupPermissions }) => [
    ...groupPermissions.keys(),
  ]);
  return [...new Set([...people.flatMap(({ groups }) => groups), ...granted])].toSorted();
}

/** Puts a changed person in the place of who they were. */
export function replacePerson(world: DataCenterWorld, old: DcPerson, renewed: DcPerson): DcPerson {
  world.people.splice(world.people.indexOf(old), 1, renewed);
  return renewed;
}

/** By name as typed at login, whatever its case. */
export function personByName(world: DataCenterWorld, name: string): DcPerson | undefined {
  const wanted = name.toLowerCase();
  return world.people.find((person) => person.name.toLowerCase() === wanted);
}

/** By slug, whatever its case; never by name. */
export function personBySlug(world: DataCenterWorld, slug: string): DcPerson | undefined {
  const wanted = slug.toLowerCase();
  return world.people.find((person) => person.slug === wanted);
}

export function personById(world: DataCenterWorld, id: number): DcPerson | undefined {
  return world.people.find((person) => person.id === id);
}

/** By key, whatever its case. */
export function findProject(world: DataCenterWorld, key: string): DcProject | undefined {
  const wanted = key.toUpperCase();
  return world.projects.find((project) => project.key.toUpperCase() === wanted);
}

/** By project key and slug, whatever their case. */
export function findRepository(
  world: DataCenterWorld,
  projectKey: string,
  slug: string,
): DcRepository | undefined {
  const project = findProject(world, projectKey);
  const wanted = slug.toLowerCase();
  return world.repositories.find(
    (repository) => repository.projectKey === project?.key && repository.slug === wanted,
  );
}

/** The URL form of a name: lower case, what is no letter, digit, dot, dash or underscore becomes an underscore. */
export function slugOfName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9._-]/g, "_");
}
