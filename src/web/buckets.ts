/** Owns counting how often somebody tries: a bucket for each client, one for all of them, and a bound on what is remembered. */
import type { Clock } from "../base/clock.ts";

export interface Rates {
  readonly perClientPerMinute: number;
  readonly totalPerMinute: number;
}

/** How one bucket stands. */
export interface Standing {
  readonly name: "client" | "network" | "total";
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
  /**
   * Takes one from the client's bucket, from that of the network around it where it has one, and from the total; or from none.
   * A client of no name has the total alone.
   */
  take(client: readonly string[]): Tried;
  /** Whether the client's own buckets have one left; nothing is taken. */
  look(client: readonly string[]): Tried;
}

interface Bucket {
  tokens: number;
  atMilliseconds: number;
}

const windowSeconds = 60;
/** What a whole network has, as a multiple of what one client has. */
const clientsOfNetwork = 10;
/** The one who was silent for the longest is forgotten first: by then its bucket is mostly full. */
const mostClients = 20_000;

/** Token buckets: each fills evenly over a minute, so that nobody waits longer than it takes for one. */
export function createBuckets(clock: Clock, rates: Rates): Buckets {
  const clients = new Map<string, Bucket>();
  const total: Bucket = { tokens: rates.totalPerMinute, atMilliseconds: clock.now().getTime() };

  const quotas: Readonly<Record<Standing["name"], number>> = {
    client: rates.perClientPerMinute,
    network: rates.perClientPerMinute * clientsOfNetwork,
    total: rates.totalPerMinute,
  };
  const remembered = (client: string, quota: number): Bucket => {
    const now = clock.now().getTime();
    const bucket = clients.get(client) ?? { tokens: quota, atMilliseconds: now };
    clients.delete(client);
    const oldest = clients.keys().next().value;
    if (clients.size >= mostClients && oldest !== undefined) clients.delete(oldest);
    clients.set(client, bucket);
    return bucket;
  };
  const stand = (name: Standing["name"], bucket: Bucket): Tried => {
    fill(bucket, quotas[name], clock.now().getTime());
    return standing(name, bucket, quotas[name]);
  };
  const fullOf = (name: Standing["name"]) => standing(name, { tokens: quotas[name] }, quotas[name]);
  return {
    take(client) {
      const own = client.map((each, at) => ({
        name: nameAt(at),
        bucket: remembered(each, quotas[nameAt(at)]),
      }));
      const buckets = [...own, { name: "total", bucket: total } as const];
      const all = buckets.map(({ name, bucket }) => stand(name, bucket));
      const refused = all.find(({ isAllowed }) => !isAllowed);
      if (refused !== undefined) return refused;
      for (const { bucket } of buckets) bucket.tokens -= 1;
      return after(all[0] ?? stand("total", total));
    },
    look: (client) => {
      const own = client.map((each, at) => {
        const bucket = clients.get(each);
        return bucket === undefined ? fullOf(nameAt(at)) : stand(nameAt(at), bucket);
      });
      return own.find(({ isAllowed }) => !isAllowed) ?? own[0] ?? fullOf("client");
    },
  };
}

/** The narrowest first, as a client is named. */
function nameAt(index: number): "client" | "network" {
  return index === 0 ? "client" : "network";
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
