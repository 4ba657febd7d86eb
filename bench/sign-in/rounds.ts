/** Owns the rounds: every contestant in turn in each of them, what it used, and what the upstream did meanwhile. */
import { type Served, startServed } from "../served/process.ts";
import { people, signInOver, type UpstreamTold } from "./browser.ts";
import { type Contestant, startContestant } from "./contestants.ts";
import type { SignInServer } from "./told.ts";

export interface Round {
  readonly perSecond: number;
  /** Processor time of the server for one sign-in. */
  readonly microseconds: number;
  /** That of the upstream. */
  readonly upstreamMicroseconds: number;
}

/** The rounds of each contestant, in their order, all of them before the same upstream. */
export async function measure(
  contestants: readonly Contestant[],
  { upstream: kind, rounds, signIns }: Measurement,
): Promise<Round[][]> {
  const upstream = await startUpstream(kind);
  const servers: Served[] = [];
  try {
    for (const contestant of contestants) servers.push(await startContestant(contestant, upstream.told));
    const found = contestants.map((): Round[] => []);
    for (let round = -1; round < rounds; round++)
      for (const turn of contestants.keys()) {
        // Whoever comes first meets another machine than whoever comes last.
        const index = (turn + round + contestants.length) % contestants.length;
        const [server, contestant] = [servers[index], contestants[index]];
        if (server === undefined || contestant === undefined) continue;
        const count = Math.ceil(signIns * contestant.share);
        // The first one warms it, and makes everybody known.
        if (round < 0) await signInOver(serverOf(server), upstream.told, Math.max(count, people));
        else found[index]?.push(await measureRound(server, upstream, count));
      }
    return found;
  } finally {
    await Promise.all([...servers, upstream.served].map((served) => served.stop()));
  }
}

/** `emulator`: the local Bitbucket · `bare`: one that answers these three questions and does nothing else. */
const programs = {
  emulator: new URL("./emulator.ts", import.meta.url),
  bare: new URL("./upstream.ts", import.meta.url),
};
export type UpstreamKind = keyof typeof programs;

interface Measurement {
  readonly upstream: UpstreamKind;
  readonly rounds: number;
  readonly signIns: number;
}

interface Upstream {
  readonly served: Served;
  readonly told: UpstreamTold;
}

export async function startUpstream(kind: UpstreamKind): Promise<Upstream> {
  const served = await startServed(programs[kind]);
  return { served, told: served.told as UpstreamTold }; // as both of them tell
}

/** What every contestant tells. */
function serverOf({ told }: Served): SignInServer {
  return told as SignInServer;
}

async function measureRound(server: Served, upstream: Upstream, count: number): Promise<Round> {
  const before = [await server.used(), await upstream.served.used()];
  const perSecond = await signInOver(serverOf(server), upstream.told, count);
  const after = [await server.used(), await upstream.served.used()];
  const [own = Number.NaN, others = Number.NaN] = after.map(
    ({ cpuMicroseconds }, at) => (cpuMicroseconds - (before[at]?.cpuMicroseconds ?? 0)) / count,
  );
  return { perSecond, microseconds: own, upstreamMicroseconds: others };
}
