/** Owns the rounds: every contestant in turn in each of them, what it used, and what the upstream did meanwhile. */
import { type Served, startServed } from "../served/process.ts";
import { signInOver } from "./browser.ts";
import { type Contestant, startContestant } from "./contestants.ts";
import { people, type SignInServer } from "./told.ts";

export interface Round {
  readonly perSecond: number;
  /** Processor time of the server for one sign-in. */
  readonly microseconds: number;
  /** That of the upstream. */
  readonly upstreamMicroseconds: number;
}

/** The rounds of each contestant, in their order. */
export async function measure(
  contestants: readonly Contestant[],
  { rounds, signIns }: { readonly rounds: number; readonly signIns: number },
): Promise<Round[][]> {
  const upstream = await startUpstream();
  const servers: Served[] = [];
  try {
    for (const contestant of contestants) servers.push(await startContestant(contestant, upstream.origin));
    const found = contestants.map((): Round[] => []);
    for (let round = -1; round < rounds; round++)
      for (const turn of contestants.keys()) {
        // Whoever comes first meets another machine than whoever comes last.
        const index = (turn + round + contestants.length) % contestants.length;
        const [server, contestant] = [servers[index], contestants[index]];
        if (server === undefined || contestant === undefined) continue;
        const count = Math.ceil(signIns * contestant.share);
        // The first one warms it, and makes everybody known.
        if (round < 0) await signInOver(server.told as SignInServer, Math.max(count, people));
        else found[index]?.push(await measureRound(server, upstream.served, count));
      }
    return found;
  } finally {
    await Promise.all([...servers, upstream.served].map((served) => served.stop()));
  }
}

export async function startUpstream(): Promise<{ readonly served: Served; readonly origin: string }> {
  const served = await startServed(new URL("./upstream.ts", import.meta.url));
  return { served, origin: (served.told as { origin: string }).origin }; // from `upstream.ts`
}

async function measureRound(server: Served, upstream: Served, count: number): Promise<Round> {
  const before = [await server.used(), await upstream.used()];
  const perSecond = await signInOver(server.told as SignInServer, count);
  const after = [await server.used(), await upstream.used()];
  const [own = Number.NaN, others = Number.NaN] = after.map(
    ({ cpuMicroseconds }, at) => (cpuMicroseconds - (before[at]?.cpuMicroseconds ?? 0)) / count,
  );
  return { perSecond, microseconds: own, upstreamMicroseconds: others };
}
