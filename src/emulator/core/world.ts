/** Owns what exists inside the emulator: people, workspaces, repositories, and who may see what. UUIDs are kept without braces. */
import type { OauthState } from "./oauth-state.ts";

export interface EmailAddress {
  readonly address: string;
  readonly isPrimary: boolean;
  readonly isConfirmed: boolean;
}

export interface Person {
  readonly uuid: string;
  /** The Atlassian-wide id: `digits:uuid` or 24 hex characters. */
  readonly accountId: string;
  readonly username: string | null;
  /** Not unique; may hold spaces. */
  readonly nickname: string;
  readonly displayName: string;
  readonly emails: readonly EmailAddress[];
  readonly createdOn: Date;
  /** Accepted as Basic only while the rule `appPasswords` is on. */
  readonly appPasswords: AppPassword[];
}

export interface AppPassword {
  readonly id: string;
  /** What its owner calls it. */
  readonly label: string;
  readonly password: string;
  readonly scopes: readonly string[];
  readonly createdOn: Date;
  /** From the seed: shown wherever the emulator tells who is there. Others are shown once, to their owner. */
  readonly isSeeded: boolean;
}

export interface Member {
  readonly personUuid: string;
  readonly administrator: boolean;
}

export interface Workspace {
  readonly uuid: string;
  readonly slug: string;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly createdOn: Date;
  /** The first administrator counts as its owner. */
  readonly members: readonly Member[];
}

/** A git repository on disk, shown under `workspaceSlug/slug`. */
export interface Repository {
  readonly uuid: string;
  readonly workspaceSlug: string;
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly isPrivate: boolean;
  readonly createdOn: Date;
  readonly updatedOn: Date;
  /** Absolute path of the work tree or bare repository. Never written to. */
  readonly path: string;
}

export interface World {
  readonly people: Person[];
  readonly workspaces: Workspace[];
  readonly repositories: Repository[];
  readonly oauth: OauthState;
}

/** `{uuid}` → `uuid`; null when it is not in braces. The empty pair gives "". */
export function insideBraces(handle: string): string | null {
  return handle.startsWith("{") && handle.endsWith("}") && handle.length >= 2 ? handle.slice(1, -1) : null;
}

/** By username, account id, or uuid with or without braces. */
export function findPerson(world: World, handle: string): Person | undefined {
  const uuid = insideBraces(handle) ?? handle;
  return world.people.find(
    (person) => person.username === handle || person.uuid === uuid || person.accountId === handle,
  );
}

/** By slug or by `{uuid}`. */
export function findWorkspace(world: World, handle: string): Workspace | undefined {
  const uuid = insideBraces(handle);
  return world.workspaces.find((workspace) =>
    uuid === null ? workspace.slug === handle : workspace.uuid === uuid,
  );
}

/** Both by slug or by `{uuid}`; with a repository's uuid the workspace may be the empty pair `{}`. */
export function findRepository(
  world: World,
  workspaceHandle: string,
  handle: string,
): Repository | undefined {
  const uuid = insideBraces(handle);
  const matches = (repository: Repository) =>
    uuid === null ? repository.slug === handle : repository.uuid === uuid;
  if (workspaceHandle === "{}") return uuid === null ? undefined : world.repositories.find(matches);
  const workspace = findWorkspace(world, workspaceHandle);
  if (workspace === undefined) return undefined;
  return world.repositories.find(
    (repository) => repository.workspaceSlug === workspace.slug && matches(repository),
  );
}

/** The membership of a person, or undefined for a stranger. */
export function membership(workspace: Workspace, personUuid: string): Member | undefined {
  return workspace.members.find((member) => member.personUuid === personUuid);
}

export function isAdministrator(workspace: Workspace, personUuid: string): boolean {
  return membership(workspace, personUuid)?.administrator === true;
}

/** The workspaces a person is a member of, in the world's order. */
export function workspacesOf(world: World, personUuid: string): readonly Workspace[] {
  return world.workspaces.filter((workspace) => membership(workspace, personUuid) !== undefined);
}
