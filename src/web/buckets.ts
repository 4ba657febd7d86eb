/** Owns counting how often somebody tries: a bucket for each client, one for all of them, and a bound on what is remembered. */
import type { Clock } from "../base/clock.ts";

export interface Rates {
  readonly perClientPerMinute: number;
  readonly totalPerMinute: number;
}

/** How one bucket stands. */
export interface Standing {
  readonly name: "client" | "total";
  /** What it holds when it is full, which is what a minute gives. */
  readonly quota: number;
  readonly left: number;
  /** Until it is full again. */
  readonly fullInSeconds: number;
}

export interface Tried extends Standing {
  readonly isAllowed: boolean;
  /** Until there is room for one more; 0 where there is. */
  readonly retryAfterSeconds: number;
}

export interface Buckets {
  /** Takes one from the client's bucket and from the total, or from neither. A client of null has the total alone. */
  take(client: string | null): Tried;
  /** Whether the client's own bucket has one left; nothing is taken. */
  look(client: string | null): Tried;
}

interface Bucket {
  tokens: number;
  atMilliseconds: number;
}

const windowSeconds = 60;
/** The one who was silent for the longest is forgotten first: by then its bucket is mostly full. */
const mostClients = 20_000;

/** Token buckets: each fills evenly over a minute, so that nobody waits longer than it takes for one. */
export function createBuckets(clock: Clock, rates: Rates): Buckets {
  const clients = new Map<string, Bucket>();
  const total: Bucket = { tokens: rates.totalPerMinute, atMilliseconds: clock.now().getTime() };

  const clientBucket = (client: string): Bucket => {
    const now = clock.now().getTime();
    const bucket = clients.get(client) ?? { tokens: rates.perClientPerMinute, atMilliseconds: now };
    clients.delete(client);
    const oldest = clients.keys().next().value;
    if (clients.size >= mostClients && oldest !== undefined) clients.delete(oldest);
    clients.set(client, bucket);
    return bucket;
  };
  const stand = (name: Standing["name"], bucket: Bucket): Tried => {
    const quota = name === "client" ? rates.perClientPerMinute : rates.totalPerMinute;
    fill(bucket, quota, clock.now().getTime());
    return standing(name, bucket, quota);
  };
  return {
    take(client) {
      const [own, all] = [client === null ? null : clientBucket(client), stand("total", total)];
      const first = own === null ? all : stand("client", own);
      if (!first.isAllowed || !all.isAllowed) return first.isAllowed ? all : first;
      for (const bucket of own === null ? [total] : [own, total]) bucket.tokens -= 1;
      return own === null ? after(all) : after(first);
    },
    look: (client) => {
      const own = client === null ? undefined : clients.get(client);
      if (client === null || own === undefined)
        return standing("client", { tokens: rates.perClientPerMinute }, rates.perClientPerMinute);
      return stand("client", own);
    },
  };
}

/** A clock that was set back fills nothing. */
function fill(bucket: Bucket, quota: number, nowMilliseconds: number): void {
  const seconds = Math.max(0, nowMilliseconds - bucket.atMilliseconds) / 1000;
  bucket.tokens = Math.min(quota, bucket.tokens + (seconds * quota) / windowSeconds);
  bucket.atMilliseconds = nowMilliseconds;
}

function standing(name: Standing["name"], { tokens }: Pick<Bucket, "tokens">, quota: number): Tried {
  const secondsFor = (wanted: number) => Math.ceil(((wanted - tokens) * windowSeconds) / quota);
  return {
    name,
    quota,
    left: Math.floor(tokens),
    fullInSeconds: secondsFor(quota),
    isAllowed: tokens >= 1,
    retryAfterSeconds: tokens >= 1 ? 0 : Math.max(1, secondsFor(1)),
  };
}

/** The same once one was taken. */
function after(tried: Tried): Tried {
  return { ...tried, left: tried.left - 1, fullInSeconds: Math.max(1, tried.fullInSeconds) };
}
