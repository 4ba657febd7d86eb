/** Owns the wiring: the only place where floors 1 to 5 are put together. */
import { createAnalyses } from "../analyses/analyses.ts";
import type { CodeHost } from "../bitbucket/host/host.ts";
import { createBudget } from "../budget/budget.ts";
import { createConnections } from "../connections/connections.ts";
import { nearestRepository } from "../connections/repositories.ts";
import { createReachability } from "../doctor/reachability.ts";
import { createHandshakes } from "../handshake/handshake.ts";
import { checkReturnAddress } from "../handshake/return-address.ts";
import { createApiKeys } from "../projects/api-keys.ts";
import { createProjects } from "../projects/projects.ts";
import type { Database } from "../storage/database.ts";
import { openAdmission } from "./admission.ts";
import { furtherCallbacks, redirectUriOf } from "./callback.ts";
import { openCatalog } from "./catalog/open.ts";
import type { Config } from "./config.ts";
import { openCustody } from "./custody.ts";
import { createFacts } from "./facts.ts";
import { type AppParts, openGround } from "./ground.ts";
import { createHealth } from "./health.ts";
import { openIdentity } from "./identity.ts";
import { createKeys } from "./keys/keys.ts";
import { openPeople } from "./people.ts";
import { createServerSetup } from "./server-setup.ts";
import { openSessions } from "./signed-in.ts";

/** Everything the web and the library call. */
export type App = Awaited<ReturnType<typeof createApp>>;

/**
 * Opens the database and the keyring and puts the rooms together. Nothing runs yet: see `start`.
 * @throws `storage.…`, `sealing.…`
 */
export async function createApp(config: Config, parts: AppParts = {}) {
  const ground = await openGround(config, parts);
  const { world, instances, sealedStore } = ground;
  // Nothing is read before connections are there.
  const host = (connection: string): Promise<CodeHost> => connections.host(connection);
  const admission = openAdmission(config, openCatalog(config.catalog, { ...world, host }));
  const { database, clock, log, keyrings } = world;
  const handshakes = createHandshakes({
    ...world,
    baseUrl: config.baseUrl,
    redirectUri: ({ id }) => redirectUriOf(config, id),
  });
  const custody = openCustody(ground, config);
  const { audit, vault, record } = custody;
  const signedIn = openSessions(ground, config, { audit, ruling: admission });
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

  const close = once(() => closeInTurn([[analyses, signedIn.rechecks, admission], [custody], [ground]]));

  return {
    config,
    log,
    clock,
    instances,
    ...signedIn,
    handshakes,
    /** A path of ours to go on to, whatever an address says; `/` for any other. */
    returnAddress: (address: unknown) => checkReturnAddress(config.baseUrl, address),
    /** Paths that people come back to beside `/auth/{id}/callback`, with the id of the instance. */
    furtherCallbacks: furtherCallbacks(config),
    /** Identity tokens; null where they are off. */
    identity: openIdentity(ground, config, { ...signedIn, audit, catalog: admission.catalog }),
    ...openPeople(config, { ...world, ...signedIn, handshakes, audit, admission }),
    projects,
    apiKeys: createApiKeys({ database, audit, clock }),
    record,
    connections,
    serverSetup: createServerSetup(instances),
    facts: createFacts({ config, clock, instances }),
    analyses,
    isReachable: createReachability(world),
    keys: createKeys({ database, clock, ...sealedStore }),
    health: createHealth({
      ...world,
      configured: instances.configured,
      keys: sealedStore.keys,
      recordStanding: record.standing,
      failingSources: admission.failing,
    }),
    /** For the operator, at start. */
    notices: [...(await admission.notices()), ...(config.notices ?? []), ...sealedStore.notices],
    /** Whether requests can be served: the database answers. */
    ready: () => answers(database),
    /** Goes on with analyses that a stop interrupted, keeps connections alive and the catalog up to date, deletes from the record what is too old. */
    async start() {
      custody.start();
      await Promise.all([signedIn.rechecks.start(), admission.watch()]);
      await analyses.resume();
    },
    /** Lets running calls end, then closes the database. Once or often. */
    close,
  };
}

interface Closing {
  close(): Promise<void>;
}

/** Those of one turn together, each turn after the one before. */
async function closeInTurn(turns: readonly (readonly Closing[])[]): Promise<void> {
  for (const turn of turns) await Promise.all(turn.map((each) => each.close()));
}

/** However often it is called. */
function once(work: () => Promise<void>): () => Promise<void> {
  let begun: Promise<void> | undefined;
  return () => {
    begun ??= work();
    return begun;
  };
}

async function answers({ kysely }: Database): Promise<boolean> {
  const question = kysely.selectFrom("meta").select("name").limit(1).execute();
  return question.then(
    () => true,
    () => false,
  );
}
