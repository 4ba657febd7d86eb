/** Owns a running emulator: plants the world, opens both origins, and is closed by whoever started it. */
import { type ShiftableClock, shiftableClock } from "../base/clock.ts";
import { createApi } from "./cloud/api.ts";
import { faultAnswer } from "./cloud/fault-answer.ts";
import { repositoryOpener } from "./cloud/repositories/opened.ts";
import { createWebsite } from "./cloud/website/website.ts";
import { createControl, type EmulatorControl } from "./control/control.ts";
import type { EmulatorContext } from "./core/context.ts";
import { defaultRepositoryToken, defaultSeed } from "./core/default-seed.ts";
import { randomAppPassword } from "./core/entropy.ts";
import { EmulatorFailure } from "./core/errors.ts";
import { createEvents } from "./core/events.ts";
import { createFaults } from "./core/faults.ts";
import { createJournal, type JournalEntry } from "./core/journal.ts";
import { addRepository, plantWorld } from "./core/plant.ts";
import { plantTokens } from "./core/plant-tokens.ts";
import { chooseRules, type RuleBundle, type Rules } from "./core/rules.ts";
import { readSeed, type Seed, type SeedRepository, seedDcRules, seedRules } from "./core/seed.ts";
import {
  findPerson,
  findWorkspace,
  type Person,
  type Repository,
  type World,
  workspacesOf,
} from "./core/world.ts";
import type { EmulatedDataCenter } from "./data-center/instance.ts";
import { chooseDcRules, type DcRules } from "./data-center/rules.ts";
import {
  type AskedDataCenter,
  askedDataCenters,
  type DataCenterProduct,
  type DataCentersOptions,
  serveDataCenters,
} from "./data-centers.ts";
import {
  describeAccessTokens,
  describeApiTokens,
  type EmulatorAccessToken,
  type EmulatorApiToken,
} from "./described-tokens.ts";
import { locateRepository } from "./git/locate.ts";
import { openRepositories } from "./git/repositories.ts";
import { openPort, type Port } from "./server.ts";

export interface EmulatorOptions extends DataCentersOptions {
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
  /** Of Data Center and Server; what is left out is as `docs/emulator.md` says. */
  readonly dataCenterRules?: Partial<DcRules> | undefined;
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
  /** Null when switched off. */
  readonly dataCenter: EmulatedDataCenter | null;
  /** Null when switched off. */
  readonly server: EmulatedDataCenter | null;
  readonly rules: Rules;
  readonly clock: ShiftableClock;
  readonly control: EmulatorControl;
  /** Throws {@link EmulatorFailure}, or `GitFailure` for a folder that is no repository. */
  addRepository(repository: SeedRepository): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts a local Bitbucket Cloud on two ports of 127.0.0.1, a Data Center on a third and a Server on a fourth.
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

  const asked = askedDataCenters(options);
  const [webPort, apiPort, ...otherPorts] = await openPorts(options, asked);
  const [web, api] = [originOf(webPort), originOf(apiPort)];
  const shared = { clock, journal: createJournal(options.onRequest), faults: createFaults() };
  const git = openRepositories();
  const dataCenters = await serveDataCenters(asked, otherPorts, {
    ...{ ...shared, world, git, autoApprove: options.autoApprove },
    rules: dataCenterRulesOf(options),
    callbackUrl: callbackOf(options),
  });
  const context: EmulatorContext = {
    ...{ world, rules, autoApprove, git, ...shared },
    events: createEvents(),
    origins: { web, api },
    dataCenters: dataCenters.map((each) => each.context),
  };
  const open = repositoryOpener(context);
  webPort.serve({ origin: "web", site: createWebsite(context, open), faultAnswer, shared });
  apiPort.serve({ origin: "api", site: createApi(context, open), faultAnswer, shared });
  const described = (product: DataCenterProduct) =>
    dataCenters.find((each) => each.context.product === product)?.describe() ?? null;

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
    get dataCenter() {
      return described("dataCenter");
    },
    get server() {
      return described("server");
    },
    rules,
    clock,
    control: createControl(context),
    async addRepository(repository) {
      const added = await addGitRepository(world, repository, clock);
      for (const each of dataCenters) each.addRepository(added);
    },
    async close() {
      await Promise.all([webPort, apiPort, ...otherPorts].map((port) => port.close()));
      await git.close();
    },
  };
}

function rulesOf({ rules, seed }: EmulatorOptions): Rules {
  if (rules === undefined || typeof rules === "string")
    return { ...chooseRules(rules), ...(seed === undefined ? {} : seedRules(seed)) };
  return chooseRules({ ...(seed === undefined ? {} : seedRules(seed)), ...rules });
}

function dataCenterRulesOf({ seed, dataCenterRules }: EmulatorOptions): DcRules {
  return chooseDcRules({ ...(seed === undefined ? {} : seedDcRules(seed)), ...dataCenterRules });
}

function callbackOf({ callbackUrl }: EmulatorOptions): string {
  return callbackUrl ?? "http://localhost:8000/auth/bitbucket/callback";
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

async function addGitRepository(
  world: World,
  repository: SeedRepository,
  clock: ShiftableClock,
): Promise<Repository> {
  await locateRepository(repository.path);
  return addRepository(world, repository, clock.now());
}

/** All or none: when one is taken, the others are let go. */
async function openPorts(
  { host = "127.0.0.1", port = 0, apiPort = 0 }: EmulatorOptions,
  others: readonly AskedDataCenter[],
): Promise<[Port, Port, ...Port[]]> {
  const wanted = [port, apiPort, ...others.map((each) => each.port)];
  const opened = await Promise.allSettled(wanted.map((number) => openPort(host, number)));
  const ports = opened.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const failed = opened.find((each) => each.status === "rejected");
  if (failed === undefined) return ports as [Port, Port, ...Port[]]; // one for each wanted, of which there are two or more
  await Promise.all(ports.map((each) => each.close()));
  throw failed.reason;
}

function originOf(port: Port): string {
  return `http://127.0.0.1:${port.number}`;
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
