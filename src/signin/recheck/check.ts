/** Owns judging one session again: claimed so that one process does it, renewed where it has to be, and written down in one commit. */
import type { Audit } from "../../audit/audit.ts";
import type { Clock } from "../../base/clock.ts";
import { isWindlassError } from "../../base/errors.ts";
import type { Fetch } from "../../base/http/door.ts";
import type { Log } from "../../base/log.ts";
import { randomFraction } from "../../base/random.ts";
import { renewCredential } from "../../bitbucket/credential.ts";
import type { FindInstance } from "../../bitbucket/instance.ts";
import type { Keyrings } from "../../sealing/keyrings.ts";
import type { Sessions } from "../../sessions/sessions.ts";
import type { Database, Executor } from "../../storage/database.ts";
import type { SessionChecksTable } from "../../storage/schema.ts";
import {
  changeSessionCheck,
  deleteSessionCheck,
  findSessionCheck,
  noteJudged,
} from "../../storage/tables/session-checks.ts";
import type { Judge } from "../rules/judge.ts";
import { type KeptCredential, openCredential, sealCredential } from "./kept.ts";
import { nextMoments, type RecheckSpan } from "./span.ts";

export interface CheckParts {
  readonly database: Database;
  readonly keyrings: Keyrings;
  readonly clock: Clock;
  readonly audit: Pick<Audit, "transaction">;
  readonly sessions: Pick<Sessions, "endThose" | "forget">;
  readonly fetch: Fetch;
  readonly instances: FindInstance;
  readonly log: Pick<Log, "info" | "warn">;
  readonly judge: Judge;
  /** Null where nothing is judged again. */
  readonly span: (instanceId: string) => RecheckSpan | null;
}

/** What came of it. */
export type CheckEnd =
  | { readonly end: "admitted"; readonly roles: readonly string[] }
  | { readonly end: "ended"; readonly reason: string }
  /** Bitbucket could not be asked, or the answer could not be written. */
  | { readonly end: "unanswered"; readonly error: unknown }
  /** There is nothing to be judged: the session has ended. */
  | { readonly end: "gone" }
  /** Another process is at it, or was faster. */
  | { readonly end: "elsewhere" };

/** How long a process may take; whoever died at it is followed by another then. */
export const claimSeconds = 90;
/** An access token that ends sooner is renewed first. */
const leastSeconds = 60;

/** Throws what the database throws. */
export async function checkSession(parts: CheckParts, sessionId: string): Promise<CheckEnd> {
  const row = await findSessionCheck(parts.database.kysely, sessionId);
  if (row === undefined) return endUnjudgeable(parts, sessionId);
  const span = parts.span(row.instance_id);
  if (span === null) return release(parts, row);
  const claimed = await claim(parts, row);
  if (claimed === null) return { end: "elsewhere" };
  try {
    return await judgeClaimed(parts, claimed, span);
  } catch (error) {
    if (error instanceof Overtaken) return { end: "elsewhere" };
    return isRefusal(error) ? end(parts, claimed, codeOf(error)) : postpone(parts, claimed, { span, error });
  }
}

/** Nothing is kept to judge it by: it has ended, or it was begun before there were rules. Nobody stays in on that. */
async function endUnjudgeable(parts: CheckParts, sessionId: string): Promise<CheckEnd> {
  const reason = "signin.nothing_to_judge_by";
  const isEnded = await endSession(parts, { sessionId, instanceId: null }, reason);
  return isEnded ? { end: "ended", reason } : { end: "gone" };
}

/** Another process has changed the row: what this one has found out is worth nothing. */
class Overtaken extends Error {}

/** A row this process is at. Its version rises with what it writes. */
interface Claimed {
  row: SessionChecksTable;
}

async function claim({ database, clock }: CheckParts, row: SessionChecksTable): Promise<Claimed | null> {
  const now = clock.now();
  if (row.claimed_until !== null && now < new Date(row.claimed_until)) return null;
  const claimed_until = new Date(now.getTime() + claimSeconds * 1000).toISOString();
  const isMine = await changeSessionCheck(database.kysely, row, { claimed_until });
  return isMine ? { row: { ...row, claimed_until, version: row.version + 1 } } : null;
}

async function write(
  db: Executor,
  claimed: Claimed,
  changes: Parameters<typeof changeSessionCheck>[2],
): Promise<void> {
  const { row } = claimed;
  if (!(await changeSessionCheck(db, row, changes))) throw new Overtaken();
}

async function judgeClaimed(parts: CheckParts, claimed: Claimed, span: RecheckSpan): Promise<CheckEnd> {
  const { database, clock, judge, sessions, keyrings } = parts;
  const kept = await openCredential(keyrings, claimed.row);
  const credential = isGood(kept, clock.now()) ? kept : await renew(parts, claimed, kept);
  const { instance_id: instanceId, session_id: sessionId } = claimed.row;
  const { roles, digest } = await judge(instanceId, credential);
  const now = clock.now();
  const { dueAt, checkBy } = nextMoments(span, now, randomFraction());
  await database.transaction(async (db) => {
    await write(db, claimed, {
      checked_at: now.toISOString(),
      due_at: dueAt.toISOString(),
      unanswered_since: null,
      claimed_until: null,
      rules_digest: digest,
    });
    await noteJudged(db, sessionId, { roles: JSON.stringify(roles), check_by: checkBy.toISOString() });
  });
  sessions.forget({ id: sessionId });
  return { end: "admitted", roles };
}

function isGood({ expiresAt }: KeptCredential, now: Date): boolean {
  return expiresAt === null || expiresAt.getTime() - now.getTime() > leastSeconds * 1000;
}

/** The new tokens are kept before anything is asked with them: Bitbucket takes the old ones no more. */
async function renew(
  { instances, fetch, clock, keyrings, database }: CheckParts,
  claimed: Claimed,
  kept: KeptCredential,
): Promise<KeptCredential> {
  const keep = async (next: KeptCredential) => {
    const sealed = await sealCredential(keyrings, claimed.row.id, next);
    await write(database.kysely, claimed, sealed);
    claimed.row = { ...claimed.row, ...sealed, version: claimed.row.version + 1 };
    return next;
  };
  const instance = await instances(claimed.row.instance_id);
  const context = {
    instance,
    fetch,
    clock,
    // Of an answer whose rest cannot be used.
    onRefreshToken: async (refreshToken: KeptCredential["accessToken"]) => {
      await keep({ ...kept, refreshToken });
    },
  };
  const { accessToken, refreshToken, expiresAt } = await renewCredential(context, kept);
  return keep({ ...kept, accessToken, refreshToken: refreshToken ?? kept.refreshToken, expiresAt });
}

/** Bitbucket or a rule said no, or what is needed to ask is lost for good: nobody stays in on that. */
function isRefusal(error: unknown): boolean {
  if (!isWindlassError(error)) return false;
  if (error.code.startsWith("sealing.")) return error.reaction !== "unreachable";
  return error.reaction === "refused" || error.reaction === "stale";
}

async function end(parts: CheckParts, { row }: Claimed, reason: string): Promise<CheckEnd> {
  const place = { sessionId: row.session_id, instanceId: row.instance_id };
  return (await endSession(parts, place, reason)) ? { end: "ended", reason } : { end: "gone" };
}

/** Whether it lived until now. */
async function endSession(
  { audit, sessions, log }: CheckParts,
  { sessionId, instanceId }: { readonly sessionId: string; readonly instanceId: string | null },
  reason: string,
): Promise<boolean> {
  const choice = { id: sessionId };
  const [ended] = await audit.transaction(async (db, record) => {
    const found = await sessions.endThose(choice, db);
    const [first] = found;
    if (first === undefined) return found;
    const facts = { user: first.userId, sessions: 1, session: sessionId, instance: instanceId };
    await record({ event: "session.ended", actor: "rules", reason, facts });
    return found;
  });
  sessions.forget(choice);
  if (ended !== undefined) log.info("signin.recheck_ended", { session: sessionId, code: reason });
  return ended !== undefined;
}

/** Tried again soon, and at the latest when the next one would be due. */
async function postpone(
  { database, clock, log }: CheckParts,
  { row }: Claimed,
  { span, error }: { readonly span: RecheckSpan; readonly error: unknown },
): Promise<CheckEnd> {
  const now = clock.now();
  const asked = isWindlassError(error) ? (error.retryAfterSeconds ?? 0) : 0;
  const seconds = Math.min(span.everySeconds, Math.max(asked, pauseSeconds * (0.5 + randomFraction())));
  const changes = {
    unanswered_since: row.unanswered_since ?? now.toISOString(),
    due_at: new Date(now.getTime() + seconds * 1000).toISOString(),
    claimed_until: null,
  };
  await changeSessionCheck(database.kysely, row, changes);
  log.warn("signin.recheck_unanswered", { session: row.session_id, code: codeOf(error) });
  return { end: "unanswered", error };
}

const pauseSeconds = 30;

/** Its instance judges nobody any more: the credential goes, the session stays as at an instance without rules. */
async function release({ database, sessions }: CheckParts, row: SessionChecksTable): Promise<CheckEnd> {
  await database.transaction(async (db) => {
    if (!(await deleteSessionCheck(db, row))) return;
    await noteJudged(db, row.session_id, { roles: "[]", check_by: null });
  });
  sessions.forget({ id: row.session_id });
  return { end: "admitted", roles: [] };
}

/** For the record and the log. */
export function codeOf(error: unknown): string {
  return isWindlassError(error) ? error.code : "unexpected";
}
