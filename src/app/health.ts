/** Owns what an operator may know of the whole: counts and times, never whose, and never a secret. */
import type { Clock } from "../base/clock.ts";
import { type Log, silentLog } from "../base/log.ts";
import type { Instance } from "../bitbucket/instance.ts";
import type { GivenKeys } from "../sealing/given.ts";
import type { Database } from "../storage/database.ts";
import { countWrapped } from "../storage/tables/data-keys.ts";
import {
  countConnections,
  countFormerTokens,
  countKeepAlives,
  countRenewals,
  findLatestEntryTime,
  findMiddleKeepAlive,
  findNextTry,
  listNextKeepAlives,
} from "../storage/tables/vault-health.ts";
import type { AuditStanding } from "./audit-watch.ts";
import type { FailingSource } from "./catalog/keeper.ts";
import { listGivenUp } from "./sealed-store.ts";

/** Everything that is known of the vault's health at one moment. */
export interface HealthFacts {
  readonly at: Date;
  /** How long the database was asked. */
  readonly readSeconds: number;
  /** Null when the database did not answer. */
  readonly stored: StoredFacts | null;
  /** As this process sees it. */
  readonly record: AuditStanding;
  /** Where the catalog comes from and does not, as this process sees it. */
  readonly failingSources?: readonly FailingSource[] | undefined;
}

export interface StoredFacts {
  readonly connections: readonly ConnectionGroup[];
  readonly renewals: Awaited<ReturnType<typeof countRenewals>>;
  readonly formerTokens: number;
  readonly keepAlive: KeepAliveFacts;
  readonly keys: readonly WrappingKey[];
  readonly lastEntryAt: Date | null;
}

export interface ConnectionGroup {
  readonly state: string;
  /** The code of the failure that put them there. */
  readonly reason: string | null;
  /** An instance of the configuration, or {@link ofProjects} for all that were set up in the dashboard. */
  readonly instance: string;
  readonly kind: string;
  readonly count: number;
}

/** In place of the ids of instances that projects have set up: there may be thousands of those. */
export const ofProjects = "of-projects";

export interface KeepAliveFacts {
  readonly nextAt: Date | null;
  /** Due, and not renewed yet. */
  readonly due: number;
  /** Due for longer than a day. */
  readonly overdue: number;
  /** Of the hundred that are due next, when the oldest was given. */
  readonly oldestGivenAt: Date | null;
  /** When the one in the middle of all that are kept alive was given. */
  readonly middleGivenAt: Date | null;
}

export interface WrappingKey {
  readonly id: string;
  /** Data keys, replaced ones too. */
  readonly dataKeys: number;
  /** `missing`: nothing it wraps can be opened. `given up`: an operator has said that it is lost. */
  readonly standing: "given" | "missing" | "given up";
}

export interface Health {
  /** As it is now, or was a few seconds ago. Nothing is thrown for a database that does not answer. */
  read(): Promise<HealthFacts>;
  /** When a connection whose renewal failed is tried again at the earliest; null when none has failed. */
  nextTry(connectionId: string): Promise<Date | null>;
}

export interface HealthParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log?: Log | undefined;
  readonly keys: GivenKeys;
  readonly configured: ReadonlyMap<string, Instance>;
  readonly recordStanding: () => AuditStanding;
  readonly failingSources?: (() => readonly FailingSource[]) | undefined;
}

/** Nothing is asked anew for so long, and for longer where asking takes long: it may take a hundredth of the time. */
const shortestMemoryMilliseconds = 10_000;
const shareOfTime = 100;

export function createHealth(parts: HealthParts): Health {
  let known: { readonly facts: Promise<HealthFacts>; until: number } | null = null;
  return {
    read() {
      const begun = performance.now();
      if (known !== null && begun < known.until) return known.facts;
      const facts = readFacts(parts, begun);
      const memory = { facts, until: Number.POSITIVE_INFINITY };
      known = memory;
      void facts.then(({ readSeconds }) => {
        const pause = Math.max(shortestMemoryMilliseconds, readSeconds * 1000 * shareOfTime);
        memory.until = begun + pause;
      });
      return facts;
    },
    async nextTry(connectionId) {
      const at = await findNextTry(parts.database.kysely, connectionId);
      return at === null ? null : new Date(at);
    },
  };
}

const patienceMilliseconds = 5_000;

async function readFacts(parts: HealthParts, begun: number): Promise<HealthFacts> {
  const { clock, log = silentLog } = parts;
  const at = clock.now();
  const over = new AbortController();
  const answer = readStored(parts, at).catch((error: unknown) => {
    log.warn("health.database_failed", { error });
    return null;
  });
  const patience = clock.sleep(patienceMilliseconds, over.signal).then(
    () => null,
    () => answer,
  );
  const stored = await Promise.race([answer, patience]);
  over.abort();
  return {
    at,
    readSeconds: (performance.now() - begun) / 1000,
    stored,
    record: parts.recordStanding(),
    failingSources: parts.failingSources?.(),
  };
}

async function readStored(parts: HealthParts, now: Date): Promise<StoredFacts> {
  const { kysely } = parts.database;
  const lastEntry = await findLatestEntryTime(kysely);
  return {
    connections: grouped(await countConnections(kysely), parts.configured),
    renewals: await countRenewals(kysely, now.toISOString()),
    formerTokens: await countFormerTokens(kysely),
    keepAlive: await readKeepAlive(parts.database, now),
    keys: await readWrappingKeys(parts),
    lastEntryAt: lastEntry === null ? null : new Date(lastEntry),
  };
}

function grouped(
  counts: Awaited<ReturnType<typeof countConnections>>,
  configured: HealthParts["configured"],
): readonly ConnectionGroup[] {
  const groups = new Map<string, ConnectionGroup>();
  for (const { state, state_reason: reason, instance_id, kind, count } of counts) {
    const instance = configured.has(instance_id) ? instance_id : ofProjects;
    const key = JSON.stringify([state, reason, instance, kind]);
    groups.set(key, { state, reason, instance, kind, count: count + (groups.get(key)?.count ?? 0) });
  }
  return [...groups.values()];
}

const dayMilliseconds = 86_400_000;

async function readKeepAlive({ kysely }: Database, now: Date): Promise<KeepAliveFacts> {
  const next = await listNextKeepAlives(kysely, 100);
  const [first] = next;
  const [oldest] = next.map(({ updatedAt }) => updatedAt).sort();
  const middle = await findMiddleKeepAlive(kysely);
  const aDayAgo = new Date(now.getTime() - dayMilliseconds);
  return {
    nextAt: first === undefined ? null : new Date(first.keepAliveAt),
    due: await countKeepAlives(kysely, now.toISOString()),
    overdue: await countKeepAlives(kysely, aDayAgo.toISOString()),
    oldestGivenAt: oldest === undefined ? null : new Date(oldest),
    middleGivenAt: middle === undefined ? null : new Date(middle.updatedAt),
  };
}

async function readWrappingKeys({ database, keys }: HealthParts): Promise<readonly WrappingKey[]> {
  const given = new Set(keys.list().map(({ wrapper }) => wrapper.id));
  const givenUp = new Set(await listGivenUp(database));
  const wrapped = new Map<string, number>();
  for (const { wrappingKeyId, count } of await countWrapped(database.kysely))
    wrapped.set(wrappingKeyId, count + (wrapped.get(wrappingKeyId) ?? 0));
  return [...wrapped].map(([id, dataKeys]) => ({
    id,
    dataKeys,
    standing: given.has(id) ? "given" : givenUp.has(id) ? "given up" : "missing",
  }));
}
