/** Owns everything that is there before anybody can reach the emulator: the world, the repositories, the clock. */
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ShiftableClock, shiftableClock } from "../base/clock.ts";
import { type PlacedRepository, placeRepository } from "./build/repository.ts";
import { plantPullRequest } from "./cloud/pull-requests/plant.ts";
import { defaultRepositoryToken, defaultSeed } from "./core/default-seed.ts";
import { randomAppPassword } from "./core/entropy.ts";
import { EmulatorFailure } from "./core/errors.ts";
import { addRepository, plantWorld } from "./core/plant.ts";
import { plantTokens } from "./core/plant-tokens.ts";
import { returningClock } from "./core/returning-clock.ts";
import type { Rules } from "./core/rules.ts";
import { readSeed, type Seed, type SeedRepository } from "./core/seed.ts";
import { findPerson, type Person, type World } from "./core/world.ts";
import { locateRepository } from "./git/locate.ts";
import { openRepositories } from "./git/repositories.ts";
import { callbackOf, type EmulatorOptions, type GivenRepository, rulesOf } from "./options.ts";

export type Planted = Awaited<ReturnType<typeof plant>>;

/** The world as the options want it. Throws as `createEmulator` does, and leaves nothing behind then. */
export async function plant(options: EmulatorOptions) {
  const rules = rulesOf(options);
  const seed = options.seed === undefined ? ownSeed(options, rules) : readSeed(options.seed);
  const world = plantWorld(seed);
  const approver = options.autoApprove === undefined ? null : personNamed(world, options.autoApprove);
  const clock = returningClock(options.clock ?? shiftableClock());
  const folder = builtFolder();
  const place = (given: GivenRepository) => placeOf(given, folder.path);
  const add = (repository: SeedRepository) => addRepository(world, repository, clock.now());
  try {
    const given = [...(options.seed?.repositories ?? []), ...(options.repositories ?? [])];
    const placed = given.map(place);
    for (const { repository } of placed) add(repository);
    const repositories = begin(placed);
    if (seed.pullRequests !== undefined) await repositories;
    await addPullRequests(seed, { world, clock });
    plantTokens(world, options.seed === undefined ? withRepositoryToken(seed, world) : seed, clock.now());
    return { rules, world, approver, clock, folder, place, add, repositories };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

/** One after another, while ports are opened and routes are built; whoever awaits the end hears of a failure. */
function begin(placed: readonly PlacedRepository[]): Promise<void> {
  const all = async () => {
    for (const { ready } of placed) await ready();
  };
  const done = all();
  done.catch(() => undefined);
  return done;
}

/** Git is asked where the branches are, and let go again: whoever opens the ports has an opener of their own. */
async function addPullRequests(
  { pullRequests = [] }: Seed,
  place: { readonly world: World; readonly clock: ShiftableClock },
): Promise<void> {
  if (pullRequests.length === 0) return;
  const git = openRepositories();
  try {
    for (const pullRequest of pullRequests) await plantPullRequest({ ...place, git }, pullRequest);
  } finally {
    await git.close();
  }
}

/** Where told histories are written: made with the first, removed at the end. */
function builtFolder() {
  let made: string | undefined;
  return {
    path: () => {
      made ??= mkdtempSync(join(tmpdir(), "windlass-emulator-built-"));
      return made;
    },
    async remove() {
      if (made !== undefined) await rm(made, { recursive: true, force: true });
    },
  };
}

function placeOf(given: GivenRepository, folder: () => string): PlacedRepository {
  if ("steps" in given) return placeRepository(given, folder());
  return { repository: given, ready: () => locateRepository(given.path) };
}

function ownSeed(options: EmulatorOptions, rules: Rules): Seed {
  const appPassword = rules.appPasswords ? randomAppPassword() : null;
  return defaultSeed(callbackOf(options), appPassword);
}

/** The default seed with an access token for the first repository there is. */
function withRepositoryToken(seed: Seed, { repositories: [first] }: World): Seed {
  if (first === undefined) return seed;
  const token = defaultRepositoryToken(first.workspaceSlug, first.slug);
  return { ...seed, accessTokens: [...(seed.accessTokens ?? []), token] };
}

function personNamed(world: World, handle: string): Person {
  const person = findPerson(world, handle);
  if (person !== undefined) return person;
  const known = world.people.flatMap(({ username }) => username ?? []).join(", ");
  throw new EmulatorFailure(
    "unknown_person",
    `There is no person "${handle}" to approve for. There are: ${known}.`,
  );
}
