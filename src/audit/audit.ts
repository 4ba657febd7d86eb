/** Owns the record: who did what to a connection and why, in a chain that cannot be changed unseen. */
import type { KeyObject } from "node:crypto";
import type { Transaction } from "kysely";
import type { Clock } from "../base/clock.ts";
import { newId } from "../base/random.ts";
import type { Database } from "../storage/database.ts";
import type { AuditEntriesTable, AuditWritersTable, Schema } from "../storage/schema.ts";
import { insertAuditWriter, prepareInsertAuditEntries } from "../storage/tables/audit.ts";
import { type AuditKeys, beginning, type ChainHead, chained, headOf, type LooseEntry } from "./chain.ts";
import type { AuditEventName } from "./events.ts";
import { type GroupEnd, inGroups } from "./groups.ts";

/** What happened. Never a secret, never a text Bitbucket sent. */
export interface AuditEvent {
  /** Such as `connection.refreshed`; `auditEvents` lists them. */
  readonly event: AuditEventName;
  /** Who: `user usr_…`, `key key_…`, `keeper`, `analysis` … */
  readonly actor: string;
  readonly projectId?: string | null;
  readonly connectionId?: string | null;
  /** A code of the catalogue. */
  readonly reason?: string | null;
  readonly facts?: Readonly<Record<string, string | number | boolean | null>>;
}

export type Recorder = (event: AuditEvent) => Promise<void>;

export interface Audit {
  /** Makes sure that the record has its key, for who is about to do what has to be recorded. Throws `sealing.…`. */
  prepare(): Promise<void>;
  /** One entry, durable when this resolves. Those that wait at the same time are written in one commit. */
  write: Recorder;
  /**
   * Runs `work` in a transaction together with the entries it records: all of it is there, or nothing.
   * Those that wait at the same time share a commit; one that throws undoes nothing of the others.
   * `work` may run again when it met another process or another work threw, and calls neither `write` nor `transaction` of this record,
   * which would wait for its end. What it records is written when it is done.
   * Nobody comes between what one finds and writes, but for works about other things, where `about` says what this one is about:
   * rows of that alone.
   */
  transaction<Result>(
    work: (transaction: Transaction<Schema>, record: Recorder) => Promise<Result>,
    about?: string,
  ): Promise<Result>;
}

/** A process's own record. */
export interface WrittenAudit extends Audit {
  /** How far this process knows its chains to go: an end that is missing in the database was cut off. */
  heads(): readonly ChainHead[];
}

export interface AuditParts {
  readonly database: Database;
  readonly keys: AuditKeys;
  readonly clock: Clock;
}

/** A chain that has begun, and whether its writer is in the database yet. */
interface Chain {
  readonly writer: AuditWritersTable;
  readonly head: ChainHead;
}

/** One commit takes no more, so that whoever else waits for the database gets a turn. */
const mostInOneCommit = 100;
/** Chains this process began anew and still remembers. */
const mostHeads = 100;

/** A writer: each process has its own, and its chain begins with its first entry. */
export function createAudit({ database, keys, clock }: AuditParts): WrittenAudit {
  const insertEntries = prepareInsertAuditEntries(database.kysely);
  const heads = new Map<string, ChainHead>();
  let chain: Chain | null = null;

  const appendOnce = async (works: readonly Work<unknown>[]): Promise<GroupEnd> => {
    const { id, key } = await keys.current();
    const start = chain ?? beginChain(id, clock);
    let end = start;
    let [inWork, inDoubt, attempts] = [false, false, 0];
    try {
      const results = await database.transaction(async (db) => {
        attempts += 1;
        if (attempts > 1 && works.length > 1) throw new MetAnother();
        [inWork, inDoubt] = [true, false];
        const { results, entries } = await collect(db, works);
        [inWork, inDoubt] = [false, entries.length > 0];
        const placed = place(key, start.head, entries);
        if (placed.length > 0 && start.head.sequence === 0) await insertAuditWriter(db, start.writer);
        await insertEntries(db, placed);
        end = endOf(start, placed);
        return results;
      });
      if (end !== start) {
        chain = end;
        remember(heads, end.head);
      }
      return { results };
    } catch (error) {
      if (error instanceof MetAnother) return { metAnother: true };
      if (inWork) return { undoneBy: error };
      // The commit may have gone through all the same: nothing hangs on that end, the next entry begins a chain.
      if (inDoubt) chain = null;
      throw error;
    }
  };
  const inGroup = inGroups(appendOnce, mostInOneCommit);
  // A group ends with the result of each of its works.
  const append = <Result>(run: Work<Result>["run"], about?: string) =>
    inGroup({ run, about }) as Promise<Result>;
  return {
    async prepare() {
      await keys.current();
    },
    write: async (event) => {
      const entry = looseEntry(event, clock.now());
      await append(async (_, note) => note(entry));
    },
    transaction: (work, about) =>
      append((db, note) => work(db, async (event) => note(looseEntry(event, clock.now()))), about),
    heads: () => [...heads.values()],
  };
}

/** A group that the database wants to run again: it is made smaller first. */
class MetAnother extends Error {}

interface Work<Result> {
  run(db: Transaction<Schema>, note: (entry: LooseEntry) => void): Promise<Result>;
  readonly about: string | undefined;
}

interface Done {
  readonly result: unknown;
  readonly entries: readonly LooseEntry[];
}

/**
 * Those about one thing one after the other: what one finds still holds when it writes. Those about different things at once,
 * which spares PostgreSQL the way there and back for each; those that do not say what they are about come by themselves at the end.
 */
async function collect(db: Transaction<Schema>, works: readonly Work<unknown>[]) {
  const done = new Map<Work<unknown>, Done>();
  const inTurn = async (some: readonly Work<unknown>[]) => {
    for (const work of some) done.set(work, await collectOne(db, work));
  };
  const { alone = [], ...things } = Object.groupBy(works, ({ about }) =>
    about === undefined ? "alone" : `about ${about}`,
  );
  // When one throws the others end as well, before the transaction is undone under them. The first to fail says why: PostgreSQL
  // answers each statement after it that the transaction is aborted.
  const failures: unknown[] = [];
  await Promise.all(
    Object.values(things).map((some = []) => inTurn(some).catch((error) => failures.push(error))),
  );
  if (failures.length > 0) throw failures[0];
  await inTurn(alone);
  const inOrder = works.flatMap((work) => done.get(work) ?? []);
  return {
    results: inOrder.map(({ result }) => result),
    entries: inOrder.flatMap(({ entries }) => entries),
  };
}

async function collectOne(db: Transaction<Schema>, { run }: Work<unknown>): Promise<Done> {
  const entries: LooseEntry[] = [];
  let isDone = false;
  const result = await run(db, (entry) => {
    if (isDone) throw new Error(`${entry.event} came after the end of its transaction`);
    entries.push(entry);
  });
  isDone = true;
  return { result, entries };
}

function beginChain(keyId: string, clock: Clock): Chain {
  const writer = { id: `${newId("wrt")}.${keyId}`, started_at: clock.now().toISOString() };
  return { writer, head: beginning(writer) };
}

function place(key: KeyObject, head: ChainHead, entries: readonly LooseEntry[]): AuditEntriesTable[] {
  let last = head;
  return entries.map((entry) => {
    const placed = chained(key, last, entry);
    last = headOf(placed);
    return placed;
  });
}

/** The chain as it is once these are committed. */
function endOf(chain: Chain, placed: readonly AuditEntriesTable[]): Chain {
  const last = placed.at(-1);
  return last === undefined ? chain : { writer: chain.writer, head: headOf(last) };
}

function remember(heads: Map<string, ChainHead>, head: ChainHead): void {
  const oldest = heads.keys().next().value;
  if (oldest !== undefined && heads.size >= mostHeads && !heads.has(head.writerId)) heads.delete(oldest);
  heads.set(head.writerId, head);
}

function looseEntry({ event, actor, facts = {}, ...about }: AuditEvent, now: Date): LooseEntry {
  return {
    at: now.toISOString(),
    event,
    actor: storable(actor),
    project_id: storable(about.projectId ?? null),
    connection_id: storable(about.connectionId ?? null),
    reason: storable(about.reason ?? null),
    facts_json: JSON.stringify(facts),
  };
}

/** Text that every database gives back as it was: PostgreSQL takes no NUL, and none keeps half a character. */
function storable<Text extends string | null>(text: Text): Text | string {
  return text === null ? text : text.toWellFormed().replaceAll("\0", "\ufffd");
}
