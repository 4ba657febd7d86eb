/** Owns a running emulator: plants the world, opens both origins, and is closed by whoever started it. */
import { type ShiftableClock, shiftableClock } from "../base/clock.ts";
import { createApi } from "./cloud/api.ts";
import { repositoryOpener } from "./cloud/repositories/opened.ts";
import { createWebsite } from "./cloud/website/website.ts";
import { createControl, type EmulatorControl } from "./control/control.ts";
import type { EmulatorContext } from "./core/context.ts";
import { defaultRepositoryToken, defaultSeed } from "./core/default-seed.ts";
import { randomAppPassword } from "./core/entropy.ts";
import { EmulatorFailure } from "./core/errors.ts";
import { createFaults } from "./core/faults.ts";
import { createJournal, type JournalEntry } from "./core/journal.ts";
import { addRepository, plantWorld } from "./core/plant.ts";
import { plantTokens } from "./core/plant-tokens.ts";
import { chooseRules, type RuleBundle, type Rules } from "./core/rules.ts";
import { readSeed, type Seed, type SeedRepository, seedRules } from "./core/seed.ts";
import { findPerson, findWorkspace, type Person, type World, workspacesOf } from "./core/world.ts";
import {
  describeAccessTokens,
  describeApiTokens,
  type EmulatorAccessToken,
  type EmulatorApiToken,
} from "./described-tokens.ts";
import { locateRepository } from "./git/locate.ts";
import { openPort, type Port } from "./server.ts";

export interface EmulatorOptions {
  /** Of the website; 0, the default, takes any. */
  readonly port?: number | undefined;
  /** Of the API; 0, the default, takes any. */
  readonly apiPort?: number | undefined;
  readonly host?: "127.0.0.1";
  /** Default: today's. With a bundle or a few rules, a seed's own rules still count where these say nothing. */
  readonly rules?: RuleBundle | Partial<Rules> | undefined;
  /** Default: John Doe and the others of `docs/emulator.md`. */
  readonly seed?: Seed | undefined;
  /** Folders with git in them. Workspace: the first; slug: the folder's name. */
  readonly repositories?: readonly SeedRepository[] | undefined;
  /** Of the default seed's consumers. Default `http://localhost:8000/auth/bitbucket/callback`. */
  readonly callbackUrl?: string | undefined;
  /** The username of who grants every request at once, without a page. */
  readonly autoApprove?: string | undefined;
  readonly clock?: ShiftableClock | undefined;
  readonly onRequest?: ((entry: JournalEntry) => void) | undefined;
}

export interface EmulatorConsumer {
  readonly name: string;
  readonly workspace: string;
  readonly key: string;
  readonly secret: string;
  readonly callbackUrl: string;
  readonly isPrivate: boolean;
  readonly scopes: readonly string[];
}

export interface EmulatorPerson {
  readonly uuid: string;
  readonly accountId: string;
  readonly username: string | null;
  readonly nickname: string;
  readonly displayName: string;
  readonly emails: Person["emails"];
  readonly workspaces: readonly string[];
  /** Empty unless the rule for app passwords is on. */
  readonly appPasswords: readonly string[];
  /** The seeded ones. */
  readonly apiTokens: readonly EmulatorApiToken[];
}

export interface Emulator {
  /** `api` is without `/2.0`; `control` is where the routes of `docs/emulator.md` begin. */
  readonly urls: { readonly bitbucket: string; readonly api: string; readonly control: string };
  /** As they are now; the default seed's first is the one for an app. */
  readonly consumers: readonly EmulatorConsumer[];
  readonly people: readonly EmulatorPerson[];
  /** The seeded ones of repositories, projects and workspaces. */
  readonly accessTokens: readonly EmulatorAccessToken[];
  /** `fullName` is `workspace/slug`. */
  readonly repositories: readonly { readonly fullName: string; readonly path: string }[];
  readonly rules: Rules;
  readonly clock: ShiftableClock;
  readonly control: EmulatorControl;
  /** Throws {@link EmulatorFailure}, or `GitFailure` for a folder that is no repository. */
  addRepository(repository: SeedRepository): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts a local Bitbucket Cloud on two ports of 127.0.0.1.
 * Throws {@link EmulatorFailure} (`port_taken`, `bad_seed`, `unknown_person` …), or `GitFailure` for a bad repository.
 */
export async function createEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const rules = rulesOf(options);
  const seed = options.seed === undefined ? ownSeed(options, rules) : readSeed(options.seed);
  const world = plantWorld(seed);
  const autoApprove = options.autoApprove === undefined ? null : personNamed(world, options.autoApprove);
  const clock = options.clock ?? shiftableClock();
  for (const repository of [...(options.seed?.repositories ?? []), ...(options.repositories ?? [])])
    await addGitRepository(world, repository, clock);
  plantTokens(world, options.seed === undefined ? withRepositoryToken(seed, world) : seed, clock.now());

  const ports = await openPorts(options);
  const [web, api] = ports.map((port) => `http://127.0.0.1:${port.number}`) as [string, string]; // two ports, two origins
  const closers: (() => void | Promise<void>)[] = [];
  const context: EmulatorContext = {
    world,
    rules,
    clock,
    autoApprove,
    origins: { web, api },
    journal: createJournal(options.onRequest),
    faults: createFaults(),
    onClose: (task) => closers.push(task),
  };
  const open = repositoryOpener(context);
  ports[0].serve("web", createWebsite(context, open), context);
  ports[1].serve("api", createApi(context, open), context);

  return {
    urls: { bitbucket: web, api, control: `${web}/_emulator` },
    get consumers() {
      return describeConsumers(world);
    },
    people: world.people.map((person) => describePerson(context, person)),
    accessTokens: describeAccessTokens(world),
    get repositories() {
      return world.repositories.map(({ workspaceSlug, slug, path }) => ({
        fullName: `${workspaceSlug}/${slug}`,
        path,
      }));
    },
    rules,
    clock,
    control: createControl(context),
    addRepository: (repository) => addGitRepository(world, repository, clock),
    async close() {
      await Promise.all(ports.map((port) => port.close()));
      await Promise.all(closers.splice(0).map((task) => task()));
    },
  };
}

function rulesOf({ rules, seed }: EmulatorOptions): Rules {
  if (rules === undefined || typeof rules === "string")
    return { ...chooseRules(rules), ...(seed === undefined ? {} : seedRules(seed)) };
  return chooseRules({ ...(seed === undefined ? {} : seedRules(seed)), ...rules });
}

function ownSeed({ callbackUrl }: EmulatorOptions, rules: Rules): Seed {
  const appPassword = rules.appPasswords ? randomAppPassword() : null;
  return defaultSeed(callbackUrl ?? "http://localhost:8000/auth/bitbucket/callback", appPassword);
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

async function addGitRepository(
  world: World,
  repository: SeedRepository,
  clock: ShiftableClock,
): Promise<void> {
  await locateRepository(repository.path);
  addRepository(world, repository, clock.now());
}

async function openPorts({
  host = "127.0.0.1",
  port = 0,
  apiPort = 0,
}: EmulatorOptions): Promise<[Port, Port]> {
  const website = await openPort(host, port);
  try {
    return [website, await openPort(host, apiPort)];
  } catch (error) {
    await website.close();
    throw error;
  }
}

function describeConsumers(world: World): readonly EmulatorConsumer[] {
  return [...world.oauth.consumers.values()].map(
    ({ workspaceUuid, name, key, secret, callbackUrl, isPrivate, scopes }) => ({
      name,
      workspace: findWorkspace(world, `{${workspaceUuid}}`)?.slug ?? "",
      key,
      secret,
      callbackUrl,
      isPrivate,
      scopes,
    }),
  );
}

function describePerson({ world, rules }: EmulatorContext, person: Person): EmulatorPerson {
  const { uuid, accountId, username, nickname, displayName, emails, appPasswords } = person;
  return {
    uuid,
    accountId,
    username,
    nickname,
    displayName,
    emails,
    workspaces: workspacesOf(world, uuid).map(({ slug }) => slug),
    appPasswords: rules.appPasswords ? appPasswords.map(({ password }) => password) : [],
    apiTokens: describeApiTokens(person),
  };
}
