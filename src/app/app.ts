/** Owns the wiring: the only place where floors 1 to 5 are put together. */
import { createAnalyses } from "../analyses/analyses.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import type { Fetch } from "../base/http/door.ts";
import { openNodeDoor } from "../base/http/node-door.ts";
import { type Log, silentLog } from "../base/log.ts";
import { createBudget } from "../budget/budget.ts";
import { createConnections } from "../connections/connections.ts";
import { nearestRepository } from "../connections/repositories.ts";
import { createReachability } from "../doctor/reachability.ts";
import { createHandshakes } from "../handshake/handshake.ts";
import { createInstances } from "../instances/instances.ts";
import { createApiKeys } from "../projects/api-keys.ts";
import { createProjects } from "../projects/projects.ts";
import { createCookies } from "../sessions/cookies.ts";
import { createSessions } from "../sessions/sessions.ts";
import { createSignin } from "../signin/signin.ts";
import { type Database, openDatabase } from "../storage/database.ts";
import { createKeeper } from "../vault/keeper.ts";
import { createVault } from "../vault/vault.ts";
import { openAdmission } from "./admission.ts";
import { furtherCallbacks, redirectUriOf } from "./callback.ts";
import type { Config } from "./config.ts";
import { createFacts } from "./facts.ts";
import { instancesOf } from "./instances.ts";
import { createKeys } from "./keys/keys.ts";
import { createRecord } from "./record.ts";
import { openSealedStore, type SealedStoreOptions } from "./sealed-store.ts";
import { createServerSetup } from "./server-setup.ts";

/** What is handed in from outside: time, the log, and the way to Bitbucket. */
export interface AppParts {
  readonly clock?: Clock | undefined;
  readonly log?: Log | undefined;
  /** Instead of the app's own door; whoever hands it in closes it. */
  readonly fetch?: Fetch | undefined;
  /** Services that keep the keys, in place of keys in the configuration; the first wraps, all of them open. */
  readonly keyWrappers?: SealedStoreOptions["keyWrappers"];
}

/** Everything the web and the library call. */
export type App = Awaited<ReturnType<typeof createApp>>;

/**
 * Opens the database and the keyring and puts the rooms together. Nothing runs yet: see `start`.
 * @throws `storage.…`, `sealing.…`
 */
export async function createApp(config: Config, parts: AppParts = {}) {
  const { clock = systemClock(), log = silentLog } = parts;
  const configured = instancesOf(config);
  const admission = await openAdmission(config, log);
  const { database, sealedStore } = await openStored(config, { clock, keyWrappers: parts.keyWrappers });
  const { keyrings } = sealedStore;
  const door = openNodeDoor();
  const instances = createInstances({ database, keyrings, clock, configured });
  const world = {
    database,
    keyrings,
    clock,
    log,
    fetch: parts.fetch ?? door.fetch,
    instances: instances.find,
  };

  const { idleSeconds, absoluteSeconds, plainCookiesOnLoopback } = config.sessions;
  const sessions = createSessions({ database, clock, limits: { idleSeconds, absoluteSeconds } });
  const handshakes = createHandshakes({
    ...world,
    baseUrl: config.baseUrl,
    redirectUri: ({ id }) => redirectUriOf(config, id),
  });
  const record = createRecord({ ...world, keepDays: config.audit.keepDays });
  const { audit, handOuts } = record;
  const vault = createVault({ ...world, audit, handOuts });
  const keeper = createKeeper({ ...world, vault });
  const projects = createProjects({
    ...world,
    audit,
    async onRemoved(projectId) {
      keyrings.forget(projectId);
      await database.scrub();
    },
  });
  const budget = createBudget(world);
  const connections = createConnections({ ...world, vault, handshakes, budget });
  const analyses = createAnalyses({
    ...world,
    ...config.analyses,
    host: connections.host,
    nearest: nearestRepository,
    budget,
  });

  let closed: Promise<void> | undefined;
  const closeAll = async () => {
    await keeper.close();
    await analyses.close();
    await vault.close();
    await record.close();
    await door.close();
    await database.close();
  };

  return {
    config,
    log,
    clock,
    instances,
    cookies: createCookies({ baseUrl: config.baseUrl, plainCookiesOnLoopback }),
    sessions,
    handshakes,
    /** Paths that people come back to beside `/auth/{id}/callback`, with the id of the instance. */
    furtherCallbacks: furtherCallbacks(config),
    signin: createSignin({ ...world, sessions, admission }),
    projects,
    apiKeys: createApiKeys({ database, audit, clock }),
    record,
    connections,
    serverSetup: createServerSetup(instances),
    facts: createFacts({ config, clock, instances }),
    analyses,
    isReachable: createReachability(world),
    keys: createKeys({ database, clock, ...sealedStore }),
    /** For the operator, at start. */
    notices: [...admission.notices, ...(config.notices ?? []), ...sealedStore.notices],
    /** Whether requests can be served: the database answers. */
    ready: () => answers(database),
    /** Goes on with analyses that a stop interrupted, keeps connections alive, deletes from the record what is too old. */
    async start() {
      record.start();
      keeper.start();
      await analyses.resume();
    },
    /** Lets running calls end, then closes the database. Once or often. */
    close() {
      closed ??= closeAll();
      return closed;
    },
  };
}

/** The database with its keyrings; it does not stay open where its keys are missing. */
async function openStored(config: Config, options: SealedStoreOptions) {
  const database = await openDatabase(config.database, options);
  try {
    return { database, sealedStore: await openSealedStore(database, config, options) };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function answers({ kysely }: Database): Promise<boolean> {
  const question = kysely.selectFrom("meta").select("name").limit(1).execute();
  return question.then(
    () => true,
    () => false,
  );
}
