/** Owns what is told of tokens to whoever started the emulator or asked its control for one: the only place that shows them twice. */
import { type ApiToken, type Person, primaryAddress, type ResourceToken, type World } from "./core/world.ts";

/** A person's API token. */
export interface EmulatorApiToken {
  /** Revoked by it. */
  readonly id: string;
  readonly name: string;
  /** What belongs beside it; null: its owner has no primary address, and it opens nothing. */
  readonly email: string | null;
  readonly token: string;
  readonly scopes: readonly string[];
  /** ISO 8601, by the emulator's clock. */
  readonly expiresAt: string;
}

/** An access token of a workspace, project or repository. */
export interface EmulatorAccessToken {
  readonly id: string;
  readonly name: string;
  readonly kind: "workspace" | "project" | "repository";
  readonly workspace: string;
  readonly project: string | null;
  /** Its slug. */
  readonly repository: string | null;
  readonly token: string;
  readonly scopes: readonly string[];
  readonly expiresAt: string | null;
}

export function describeApiTokens(person: Person): readonly EmulatorApiToken[] {
  return person.apiTokens.filter(({ isSeeded }) => isSeeded).map((token) => describeApiToken(person, token));
}

export function describeApiToken(person: Person, made: ApiToken): EmulatorApiToken {
  const { id, name, token, scopes, expiresAt } = made;
  return { id, name, email: primaryAddress(person), token, scopes, expiresAt: expiresAt.toISOString() };
}

export function describeAccessTokens(world: World): readonly EmulatorAccessToken[] {
  return world.resourceTokens
    .filter(({ isSeeded }) => isSeeded)
    .map((token) => describeAccessToken(world, token));
}

export function describeAccessToken(world: World, made: ResourceToken): EmulatorAccessToken {
  const { id, name, reach, token, scopes, expiresAt } = made;
  const repository =
    reach.kind === "repository" ? world.repositories.find(({ uuid }) => uuid === reach.repositoryUuid) : null;
  return {
    id,
    name,
    kind: reach.kind,
    workspace: world.workspaces.find(({ uuid }) => uuid === reach.workspaceUuid)?.slug ?? "",
    project: reach.kind === "project" ? reach.projectKey : null,
    repository: repository?.slug ?? null,
    token,
    scopes,
    expiresAt: expiresAt?.toISOString() ?? null,
  };
}
