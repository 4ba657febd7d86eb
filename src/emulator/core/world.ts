/** Owns what exists inside the emulator: people, workspaces, repositories, and who may see what. UUIDs are kept without braces. */
import type { Hook } from "../cloud/hooks/state.ts";
import type { PullRequest } from "../cloud/pull-requests/state.ts";
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
  /** Taken as Basic beside the primary e-mail address. */
  readonly apiTokens: ApiToken[];
}

/** Made in the settings of the Atlassian account. It cannot be changed, only revoked. */
export interface ApiToken {
  readonly id: string;
  /** What its owner calls it. */
  readonly name: string;
  readonly token: string;
  /** Granular ones, such as `read:repository:bitbucket`. Empty: made without scopes, which Bitbucket refuses. */
  readonly scopes: readonly string[];
  readonly createdOn: Date;
  /** A year after it was made at the latest. */
  readonly expiresAt: Date;
  /** As with app passwords. */
  readonly isSeeded: boolean;
}

/** What a repository, project or workspace access token opens, and nothing beside it. */
export type Reach =
  | { readonly kind: "workspace"; readonly workspaceUuid: string }
  | { readonly kind: "project"; readonly workspaceUuid: string; readonly projectKey: string }
  | { readonly kind: "repository"; readonly workspaceUuid: string; readonly repositoryUuid: string };

/** A repository, project or workspace access token: acts as a bot of its own name, not as a person. */
export interface ResourceToken {
  readonly id: string;
  /** The bot's name. */
  readonly name: string;
  readonly token: string;
  readonly reach: Reach;
  /** Classic ones, of those its kind may have. */
  readonly scopes: readonly string[];
  readonly createdOn: Date;
  /** Null: never. */
  readonly expiresAt: Date | null;
  /** As with app passwords. */
  readonly isSeeded: boolean;
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

/** What a person may do in a repository, the higher including the lower. */
export type RepositoryPermission = "admin" | "write" | "read";

/** A git repository on disk, shown under `workspaceSlug/slug`. */
export interface Repository {
  readonly uuid: string;
  readonly workspaceSlug: string;
  /** The project it lies in; of the workspace's own unless told. */
  readonly projectKey: string;
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly isPrivate: boolean;
  /** Who may do what, by uuid, beside the workspace's administrators; null: every member of the workspace writes. */
  readonly permissions: ReadonlyMap<string, RepositoryPermission> | null;
  readonly createdOn: Date;
  readonly updatedOn: Date;
  /** Absolute path of the work tree or bare repository, never written to: open and write it through `GitRepositories`. */
  readonly path: string;
}

/** When calls of one budget were made within the last hour, in milliseconds, oldest first. */
export interface CallCount {
  at: number[];
}

export interface World {
  readonly people: Person[];
  readonly workspaces: Workspace[];
  readonly repositories: Repository[];
  readonly oauth: OauthState;
  readonly resourceTokens: ResourceToken[];
  readonly pullRequests: PullRequest[];
  /** Webhooks. */
  readonly hooks: Hook[];
  /** Of the hourly budgets: by family and caller. */
  readonly calls: Map<string, CallCount>;
}

/** The key of the project that every workspace has: its slug in capitals, as `ACME`. */
export function ownProjectKey(workspaceSlug: string): string {
  return workspaceSlug.replaceAll(/[^A-Za-z0-9]/g, "").toUpperCase() || "PROJ";
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

/** The address a person is known by at Atlassian. */
export function primaryAddress({ emails }: Person): string | null {
  return emails.find(({ isPrimary }) => isPrimary)?.address ?? null;
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

/** Whether an access token opens a repository. */
export function reaches(reach: Reach, repository: Repository, workspace: Workspace): boolean {
  if (reach.workspaceUuid !== workspace.uuid) return false;
  if (reach.kind === "repository") return reach.repositoryUuid === repository.uuid;
  return reach.kind === "workspace" || reach.projectKey === repository.projectKey;
}
