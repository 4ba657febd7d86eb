/** Owns how many calls each client registration has made in the last hour: Bitbucket counts them together. */
import type { Clock } from "../base/clock.ts";
import type { Database } from "../storage/database.ts";
import { addCalls, deleteCallsBefore, listCalls } from "../storage/tables/call-counts.ts";

/** Calls to repositories an hour that Bitbucket Cloud allows one OAuth consumer. @see "API request limits", Atlassian support */
export const callsAnHour = 1_000;

/** A consumer is named by the id of the instance that holds its registration. */
export interface Budget {
  /** Notes one call. Costs nothing: it is written within seconds, or with {@link Budget.flush}. */
  count(consumer: string): void;
  /** Calls in the rolling hour, to the minute and rather too many than too few. */
  used(consumer: string): Promise<number>;
  /** When the next call falls below `limit` again: now, or when enough of the oldest calls are an hour old. */
  nextFreeAt(consumer: string, limit?: number): Promise<Date>;
  /** Writes what was noted. */
  flush(): Promise<void>;
}

const minuteMilliseconds = 60_000;
const windowMilliseconds = 60 * minuteMilliseconds;
const mostNoted = 1_000;
const longestUnwrittenMilliseconds = 2_000;

/** One process's view; several on one database add up, each with its own last few calls unwritten. */
export function createBudget({ database, clock }: { database: Database; clock: Clock }): Budget {
  let noted = new Map<string, { consumer: string; minute: string; calls: number }>();
  let unwritten = 0;
  let writtenAt = clock.now().getTime();
  let writing = Promise.resolve();

  const write = async () => {
    const rows = [...noted.values()];
    noted = new Map();
    unwritten = 0;
    writtenAt = clock.now().getTime();
    if (rows.length === 0) return;
    const oldest = minuteOf(clock.now().getTime() - 2 * windowMilliseconds);
    await database.transaction(async (transaction) => {
      for (const row of rows) await addCalls(transaction, row);
      await deleteCallsBefore(transaction, oldest);
    });
  };
  const flush = () => {
    writing = writing.catch(() => {}).then(write);
    return writing;
  };
  const recent = async (consumer: string) => {
    await flush();
    const since = minuteOf(clock.now().getTime() - windowMilliseconds);
    return listCalls(database.kysely, consumer, since);
  };

  return {
    flush,
    count(consumer) {
      const now = clock.now().getTime();
      const minute = Math.floor(now / minuteMilliseconds);
      const key = `${minute} ${consumer}`;
      const row = noted.get(key);
      if (row === undefined)
        noted.set(key, { consumer, minute: minuteOf(minute * minuteMilliseconds), calls: 1 });
      else row.calls += 1;
      unwritten += 1;
      // A failed write shows at the next awaited one; a count must never stop the call it counts.
      const late = now - writtenAt >= longestUnwrittenMilliseconds;
      if (late || unwritten >= mostNoted) flush().catch(() => {});
    },
    async used(consumer) {
      return sum(await recent(consumer));
    },
    async nextFreeAt(consumer, limit = callsAnHour) {
      const minutes = await recent(consumer);
      let left = sum(minutes);
      for (const { minute, calls } of minutes) {
        if (left < limit) break;
        left -= calls;
        if (left < limit) return new Date(Date.parse(minute) + minuteMilliseconds + windowMilliseconds);
      }
      return clock.now();
    },
  };
}

function minuteOf(milliseconds: number): string {
  return new Date(Math.floor(milliseconds / minuteMilliseconds) * minuteMilliseconds).toISOString();
}

function sum(rows: readonly { calls: number }[]): number {
  return rows.reduce((total, { calls }) => total + calls, 0);
}
