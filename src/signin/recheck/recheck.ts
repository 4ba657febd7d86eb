/** Owns that whoever is signed in is judged again: when it is due, before an overdue session is answered for, and at once when somebody says so. */
import { newId, randomFraction } from "../../base/random.ts";
import type { Profile } from "../../bitbucket/profile/profile.ts";
import { sessionErrors } from "../../sessions/errors.ts";
import type { Executor } from "../../storage/database.ts";
import {
  type CheckChoice,
  findSessionCheck,
  hurrySessionChecks,
  insertSessionCheck,
  listSessionChecksDue,
} from "../../storage/tables/session-checks.ts";
import type { Judgement } from "../rules/judge.ts";
import { type CheckEnd, type CheckParts, checkSession, codeOf } from "./check.ts";
import { type KeptCredential, type SealedCredential, sealCredential } from "./kept.ts";
import { goOn, lookAtOtherRules } from "./rounds.ts";
import { nextMoments } from "./span.ts";

export interface RecheckParts extends CheckParts {
  /** The instances whose rules are asked again, each with the digest of its rules. */
  readonly digests: () => ReadonlyMap<string, string>;
}

/** A credential that is sealed already, for the session that is about to begin. */
export interface KeptForRecheck {
  readonly instanceId: string;
  /** From then on the session is worth nothing until it is judged again. */
  readonly checkBy: Date;
  /** Writes it down in the transaction the session begins in. */
  add(db: Executor, sessionId: string): Promise<void>;
}

/** What came of a session that was judged at once. */
export interface Rechecked {
  readonly sessionId: string;
  readonly end: CheckEnd["end"];
  /** Why it ended or could not be judged. */
  readonly reason: string | null;
}

/** Somebody whom rules let in, and the credential of theirs by which they were asked about. */
export interface LetIn {
  readonly profile: Pick<Profile, "instance" | "id">;
  readonly credential: KeptCredential;
  readonly judged: Judgement;
}

export interface Rechecks {
  /** Seals what a session will be judged by; null where nothing is judged again. Before the transaction. */
  keep(person: LetIn): Promise<KeptForRecheck | null>;
  /** For `Sessions`: judges a session whose time is up. Throws `sessions.unjudged` while Bitbucket cannot be asked. */
  overdue(sessionId: string): Promise<void>;
  /** Judges those of this choice now, on somebody's word, which is recorded. Until then they are worth nothing. */
  now(
    choice: Exclude<CheckChoice, { readonly exceptDigest: string }>,
    actor: string,
  ): Promise<readonly Rechecked[]>;
  /** Whether anybody is judged again. */
  areAny(): boolean;
  /** One round of those that are due; how many were judged. Throws what the database throws. */
  round(): Promise<number>;
  /** Looks at sessions that other rules let in, then goes round after round. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const mostInRound = 100;
const mostAtOnce = 4;
/** A request waits no longer for the judgement of its session. */
const longestWaitMilliseconds = 8_000;
const lookEveryMilliseconds = 50;

export function createRechecks(parts: RecheckParts): Rechecks {
  const { database, clock, log } = parts;
  const closing = new AbortController();
  const underWay = new Map<string, Promise<CheckEnd>>();
  let running: Promise<void> = Promise.resolve();

  const check = (sessionId: string) => {
    const known = underWay.get(sessionId);
    if (known !== undefined) return known;
    const begun = checkSession(parts, sessionId).finally(() => underWay.delete(sessionId));
    underWay.set(sessionId, begun);
    return begun;
  };
  const checkAll = async (ids: readonly string[]) => {
    const ends: Rechecked[] = [];
    for (let at = 0; at < ids.length && !closing.signal.aborted; at += mostAtOnce)
      ends.push(
        ...(await Promise.all(ids.slice(at, at + mostAtOnce).map(async (id) => toldOf(id, await check(id))))),
      );
    return ends;
  };
  const round = async () => {
    const ids = await listSessionChecksDue(database.kysely, clock.now().toISOString(), mostInRound);
    return (await checkAll(ids)).length;
  };
  return {
    round,
    async keep({ profile, credential, judged }) {
      const span = parts.span(profile.instance);
      if (span === null) return null;
      const id = newId("chk");
      const sealed = await sealCredential(parts.keyrings, id, credential);
      return keptFor({ id, profile, sealed, judged }, { now: clock.now(), span });
    },
    overdue: (sessionId) => untilJudged(parts, sessionId, check),
    areAny: () => parts.digests().size > 0,
    async now(choice, actor) {
      const ids = await parts.audit.transaction(async (db, record) => {
        const hurried = await hurrySessionChecks(db, choice, clock.now().toISOString());
        const facts = { sessions: hurried.length, ...("userId" in choice && { user: choice.userId }) };
        await record({ event: "session.judged", actor, facts });
        return hurried;
      });
      for (const id of ids) parts.sessions.forget({ id });
      return checkAll(ids);
    },
    async start() {
      await lookAtOtherRules(parts, checkAll);
      running = goOn(closing.signal, { clock, log, round });
    },
    async close() {
      closing.abort();
      await running;
      await Promise.allSettled(underWay.values());
    },
  };
}

function keptFor(
  {
    id,
    profile,
    sealed,
    judged,
  }: Pick<LetIn, "profile" | "judged"> & { readonly id: string; readonly sealed: SealedCredential },
  { now, span }: { readonly now: Date; readonly span: Parameters<typeof nextMoments>[0] },
): KeptForRecheck {
  const { dueAt, checkBy } = nextMoments(span, now, randomFraction());
  return {
    instanceId: profile.instance,
    checkBy,
    add: (db, sessionId) =>
      insertSessionCheck(db, {
        id,
        session_id: sessionId,
        instance_id: profile.instance,
        subject: profile.id,
        rules_digest: judged.digest,
        checked_at: now.toISOString(),
        due_at: dueAt.toISOString(),
        unanswered_since: null,
        claimed_until: null,
        version: 1,
        ...sealed,
      }),
  };
}

function toldOf(sessionId: string, ended: CheckEnd): Rechecked {
  const reason =
    ended.end === "ended" ? ended.reason : ended.end === "unanswered" ? codeOf(ended.error) : null;
  return { sessionId, end: ended.end, reason };
}

/** Waits for whichever process judges it. While a pause lasts after a question that was not answered, nobody asks again. */
async function untilJudged(
  { database, clock }: RecheckParts,
  sessionId: string,
  check: (sessionId: string) => Promise<CheckEnd>,
): Promise<void> {
  const until = performance.now() + longestWaitMilliseconds;
  while (performance.now() < until) {
    const row = await findSessionCheck(database.kysely, sessionId);
    if (row !== undefined && row.unanswered_since !== null && clock.now() < new Date(row.due_at)) break;
    const late = new Promise<null>((resolve) => setTimeout(resolve, until - performance.now(), null).unref());
    const ended = await Promise.race([check(sessionId), late]);
    if (ended === null) break;
    if (ended.end === "unanswered")
      throw sessionErrors.fail("sessions.unjudged", { cause: ended.error, retryAfterSeconds: 15 });
    if (ended.end !== "elsewhere") return;
    await clock.sleep(lookEveryMilliseconds);
  }
  throw sessionErrors.fail("sessions.unjudged", { retryAfterSeconds: 15 });
}
