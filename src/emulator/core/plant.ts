/** Owns growing a world out of a seed: ids that are not given are made from names, keys and secrets at random. */
import { basename, resolve } from "node:path";
import { randomText, stableAccountId, stableUuid } from "./entropy.ts";
import { EmulatorFailure } from "./errors.ts";
import { type Consumer, emptyOauthState } from "./oauth-state.ts";
import type { Seed, SeedPerson, SeedRepository } from "./seed.ts";
import {
  findWorkspace,
  ownProjectKey,
  type Person,
  type Repository,
  type Workspace,
  type World,
} from "./world.ts";

const founded = "2018-11-14T19:15:05.058Z";

/** Makes the world of a seed that {@link readSeed} has accepted. Repositories are added one by one, since they need git; tokens after them. */
export function plantWorld(seed: Seed): World {
  const people = (seed.people ?? []).map(plantPerson);
  const workspaces = (seed.workspaces ?? []).map((workspace) => plantWorkspace(workspace, people));
  const world: World = {
    people,
    workspaces,
    repositories: [],
    oauth: emptyOauthState(),
    resourceTokens: [],
    pullRequests: [],
    hooks: [],
    calls: new Map(),
  };
  for (const consumer of seed.consumers ?? []) addConsumer(world, consumer);
  return world;
}

function plantPerson(given: SeedPerson): Person {
  const handle = given.username ?? given.nickname ?? "";
  const createdOn = new Date(given.createdOn ?? founded);
  return {
    uuid: given.uuid ?? stableUuid("person", handle),
    accountId: given.accountId ?? stableAccountId(handle),
    username: given.username ?? null,
    nickname: given.nickname ?? handle,
    displayName: given.displayName,
    createdOn,
    apiTokens: [],
    appPasswords: (given.appPasswords ?? []).map(({ label = "Seeded", ...appPassword }) => ({
      ...appPassword,
      label,
      id: randomText(16),
      createdOn,
      isSeeded: true,
    })),
    emails: (given.emails ?? []).map(({ address, primary, confirmed }) => ({
      address,
      isPrimary: primary === true,
      isConfirmed: confirmed === true,
    })),
  };
}

function plantWorkspace(
  given: NonNullable<Seed["workspaces"]>[number],
  people: readonly Person[],
): Workspace {
  return {
    uuid: given.uuid ?? stableUuid("workspace", given.slug),
    slug: given.slug,
    name: given.name ?? given.slug,
    isPrivate: given.private !== false,
    createdOn: new Date(given.createdOn ?? founded),
    members: (given.members ?? []).flatMap(({ person: handle, administrator }) => {
      const person = people.find(({ username, nickname }) => (username ?? nickname) === handle);
      return person === undefined ? [] : [{ personUuid: person.uuid, administrator: administrator === true }];
    }),
  };
}

/** Registers a consumer. New keys have 32 characters, new secrets 76, as Bitbucket makes them since 2026. */
export function addConsumer(world: World, given: NonNullable<Seed["consumers"]>[number]): Consumer {
  const workspace = findWorkspace(world, given.workspace);
  if (workspace === undefined)
    throw new EmulatorFailure("unknown_workspace", `There is no workspace "${given.workspace}".`);
  const consumer: Consumer = {
    key: given.key ?? randomText(32),
    secret: given.secret ?? randomText(76),
    workspaceUuid: workspace.uuid,
    name: given.name,
    description: given.description ?? "",
    callbackUrl: given.callbackUrl,
    url: given.url ?? "",
    isPrivate: given.private === true,
    scopes: given.scopes,
  };
  world.oauth.consumers.set(consumer.key, consumer);
  return consumer;
}

/** Registers a folder as a repository; whether it is one, git has said before. Workspace: the first; slug: the folder's name. */
export function addRepository(world: World, given: SeedRepository, now: Date): Repository {
  const workspace =
    given.workspace === undefined ? world.workspaces[0] : findWorkspace(world, given.workspace);
  if (workspace === undefined)
    throw new EmulatorFailure(
      "unknown_workspace",
      `There is no workspace "${given.workspace ?? ""}" for ${given.slug ?? given.path}. There are: ${world.workspaces.map((each) => each.slug).join(", ") || "none"}.`,
    );
  const path = resolve(given.path);
  const slug = given.slug ?? slugOf(basename(path));
  const name = `${workspace.slug}/${slug}`;
  if (world.repositories.some((other) => other.workspaceSlug === workspace.slug && other.slug === slug))
    throw new EmulatorFailure(
      "slug_taken",
      `There are two repositories ${name}; give one of them another slug.`,
    );
  const repository: Repository = {
    uuid: given.uuid ?? stableUuid("repository", name),
    workspaceSlug: workspace.slug,
    projectKey: given.project ?? ownProjectKey(workspace.slug),
    slug,
    name: given.name ?? slug,
    description: given.description ?? "",
    isPrivate: given.private !== false,
    permissions: given.permissions === undefined ? null : readPermissions(world, given.permissions),
    createdOn: now,
    updatedOn: now,
    path,
  };
  world.repositories.push(repository);
  return repository;
}

/** Throws {@link EmulatorFailure} `unknown_person`. */
function readPermissions(
  { people }: World,
  given: NonNullable<SeedRepository["permissions"]>,
): Repository["permissions"] {
  const entries = given.map(({ person: handle, permission }) => {
    const person = people.find(({ username, nickname }) => (username ?? nickname) === handle);
    if (person === undefined) throw new EmulatorFailure("unknown_person", `There is no person "${handle}".`);
    return [person.uuid, permission] as const;
  });
  return new Map(entries);
}

function slugOf(folder: string): string {
  const slug = folder
    .replace(/\.git$/, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replaceAll(/^[-._]+|-+$/g, "");
  return slug === "" ? "repository" : slug;
}
