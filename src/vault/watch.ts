/** Owns waiting for another process: one question for all connections that are waited for, asked again and again. */
import type { Database } from "../storage/database.ts";
import { type LeaseRow, listLeases } from "../storage/tables/connection-secrets.ts";

export interface Watch {
  /** Resolves when the row is no longer as it was seen, or when `milliseconds` have passed. True when it has changed. */
  forChange(seen: LeaseRow, milliseconds: number): Promise<boolean>;
  /** Lets everybody go who still waits. */
  close(): void;
}

interface Waiter {
  readonly seen: LeaseRow;
  readonly until: number;
  settle(changed: boolean): void;
}

/** A winner saves within tens of milliseconds: the fewer wait, the sooner they are told. */
const shortestPause = 2;
const pauseForEach = 0.05;

/** Waiting is measured by the process's own steady clock: the machine's may jump. */
export function createWatch({ kysely }: Database): Watch {
  const waiters = new Map<string, Waiter[]>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const ask = async () => {
    const ids = [...waiters.keys()];
    const rows = await listLeases(kysely, ids).catch(() => null);
    const now = performance.now();
    const byId = new Map(rows?.map((row) => [row.connection_id, row]));
    for (const id of ids) {
      const left = (waiters.get(id) ?? []).filter(({ seen, until, settle }) => {
        // A database that does not answer says nothing: the waiter goes on until its time is over.
        const changed = rows !== null && isOther(byId.get(id), seen);
        if (!changed && now < until) return true;
        settle(changed);
        return false;
      });
      if (left.length > 0) waiters.set(id, left);
      else waiters.delete(id);
    }
    timer = undefined;
    schedule();
  };
  const schedule = () => {
    if (waiters.size === 0 || timer !== undefined) return;
    timer = setTimeout(ask, shortestPause + pauseForEach * waiters.size);
  };

  return {
    forChange: (seen, milliseconds) =>
      new Promise((settle) => {
        const { connection_id: id } = seen;
        const waiter = { seen, until: performance.now() + milliseconds, settle };
        waiters.set(id, [...(waiters.get(id) ?? []), waiter]);
        schedule();
      }),
    close() {
      clearTimeout(timer);
      for (const { settle } of [...waiters.values()].flat()) settle(false);
      waiters.clear();
    },
  };
}

function isOther(row: LeaseRow | undefined, seen: LeaseRow): boolean {
  if (row === undefined) return true;
  return (
    row.version !== seen.version ||
    row.lease_fence !== seen.lease_fence ||
    row.lease_owner !== seen.lease_owner ||
    row.lease_expires_at !== seen.lease_expires_at ||
    row.owner_unchecked !== seen.owner_unchecked
  );
}
