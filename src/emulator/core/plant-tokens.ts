/** Owns making API tokens and access tokens: for a seed, for control and for the pages alike. */
import { randomApiToken, randomResourceToken, randomText } from "./entropy.ts";
import { EmulatorFailure } from "./errors.ts";
import type { Seed, SeedAccessToken, SeedApiToken } from "./seed.ts";
import {
  type ApiToken,
  findRepository,
  findWorkspace,
  type Person,
  type Reach,
  type ResourceToken,
  type World,
} from "./world.ts";

/** When a token is made, and whether the emulator shows it again. */
export interface Making {
  readonly now: Date;
  readonly isSeeded: boolean;
}

/** The tokens of a seed whose people and repositories are there already. Throws as {@link addAccessToken} does. */
export function plantTokens(world: World, seed: Seed, now: Date): void {
  const making = { now, isSeeded: true };
  for (const { username, nickname, apiTokens = [] } of seed.people ?? []) {
    const handle = username ?? nickname;
    const person = world.people.find((one) => (one.username ?? one.nickname) === handle);
    if (person !== undefined) for (const given of apiTokens) addApiToken(person, given, making);
  }
  for (const given of seed.accessTokens ?? []) addAccessToken(world, given, making);
}

/** Throws {@link EmulatorFailure} `bad_token` for an expiry more than a year away. */
export function addApiToken(person: Person, given: SeedApiToken, { now, isSeeded }: Making): ApiToken {
  const latest = latestExpiry(now);
  const expiresAt = given.expiresAt === undefined ? latest : new Date(given.expiresAt);
  if (expiresAt > latest)
    throw new EmulatorFailure("bad_token", "An API token expires within a year of being made.");
  const made = {
    id: randomText(16),
    name: given.name ?? "API token",
    token: given.token ?? randomApiToken(),
    scopes: given.scopes,
    createdOn: now,
    expiresAt,
    isSeeded,
  };
  person.apiTokens.push(made);
  return made;
}

/** A year later: the longest an API token may live. */
export function latestExpiry(now: Date): Date {
  const latest = new Date(now);
  latest.setUTCFullYear(now.getUTCFullYear() + 1);
  return latest;
}

/** Throws {@link EmulatorFailure} `unknown_workspace` or `unknown_repository` for what it is to reach. */
export function addAccessToken(
  world: World,
  given: SeedAccessToken,
  { now, isSeeded }: Making,
): ResourceToken {
  const reach = readReach(world, given);
  const made = {
    id: randomText(16),
    name: given.name ?? `${reach.kind} access token`,
    token: given.token ?? randomResourceToken(),
    reach,
    scopes: given.scopes,
    createdOn: now,
    expiresAt: given.expiresAt === undefined ? null : new Date(given.expiresAt),
    isSeeded,
  };
  world.resourceTokens.push(made);
  return made;
}

function readReach(world: World, { workspace: slug, project, repository }: SeedAccessToken): Reach {
  const workspace = findWorkspace(world, slug);
  if (workspace === undefined)
    throw new EmulatorFailure("unknown_workspace", `There is no workspace "${slug}".`);
  const workspaceUuid = workspace.uuid;
  if (project !== undefined) return { kind: "project", workspaceUuid, projectKey: project };
  if (repository === undefined) return { kind: "workspace", workspaceUuid };
  const found = findRepository(world, slug, repository);
  if (found === undefined)
    throw new EmulatorFailure("unknown_repository", `There is no repository "${slug}/${repository}".`);
  return { kind: "repository", workspaceUuid, repositoryUuid: found.uuid };
}
