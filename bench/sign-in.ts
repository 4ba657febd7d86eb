/**
 * Owns the question of signing in: how many full sign-ins a second over HTTP, beside passport, @fastify/oauth2, Auth.js and
 * better-auth; what does one cost the server's processor; and does a flood of beginnings leave memory flat?
 */
import { median } from "./served/numbers.ts";
import { type Contestant, chosen } from "./sign-in/contestants.ts";
import { type Flood, flood } from "./sign-in/flood.ts";
import { measure, type Round, type UpstreamKind } from "./sign-in/rounds.ts";
import type { BenchGoal, BenchRow, BenchTable } from "./table.ts";

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const signIns = Number(process.env.BENCH_SIGN_INS ?? 4_000);
/** 0 leaves it out. */
const floods = Number(process.env.BENCH_FLOOD ?? 100_000);
/** What nine tenths of the flood may add to the heap; a flow that is kept there takes about half a kilobyte. */
const mostGrowthMegabytes = 2;

export async function run(): Promise<BenchTable> {
  const contestants = chosen();
  const before = (upstream: UpstreamKind, share: number) =>
    measure(contestants, { upstream, rounds, signIns: Math.ceil(signIns * share) });
  // The local Bitbucket takes about as long for one as the fastest server does.
  const [real, bare] = [await before("emulator", 0.5), await before("bare", 1)];
  const flooded = floods > 0 && contestants.some(({ isPeer }) => !isPeer) ? await flood(floods) : null;
  return {
    bench: "sign-in",
    rows: [
      ...rowsOf(contestants, real, "perSecond", { what: "", unit: "sign-ins/s" }),
      ...rowsOf(contestants, bare, "perSecond", { what: ", bare upstream", unit: "sign-ins/s, bare" }),
      ...rowsOf(contestants, bare, "microseconds", { what: ", processor", unit: "µs/sign-in" }),
      ...rowsOf(contestants, real, "upstreamMicroseconds", {
        what: ", the local Bitbucket's processor",
        unit: "µs of Bitbucket",
      }),
      ...floodRows(flooded),
    ],
    goals: [
      ...speedGoals(contestants, real, ""),
      ...speedGoals(contestants, bare, ", bare upstream"),
      ...floodGoals(flooded),
    ],
  };
}

function rowsOf(
  contestants: readonly Contestant[],
  found: readonly (readonly Round[])[],
  field: keyof Round,
  { what, unit }: { readonly what: string; readonly unit: string },
): BenchRow[] {
  return contestants.map(({ name }, at) => ({
    name: name + what,
    value: median((found[at] ?? []).map((round) => round[field])),
    unit,
  }));
}

/** Each ratio is the median over the rounds, beside what the other did in the same round. */
function speedGoals(
  contestants: readonly Contestant[],
  found: readonly (readonly Round[])[],
  where: string,
): BenchGoal[] {
  const speeds = new Map(
    contestants.map(({ id }, at) => [id, (found[at] ?? []).map(({ perSecond }) => perSecond)]),
  );
  const peers = contestants.filter(({ isPeer }) => isPeer).map(({ id }) => id);
  const [fastest] = peers.toSorted(
    (left, right) => median(speeds.get(right) ?? []) - median(speeds.get(left) ?? []),
  );
  const beside = (own: string, other: string | undefined, least: number): BenchGoal[] => {
    const [ours, theirs] = [speeds.get(own), speeds.get(other ?? "")];
    if (ours === undefined || theirs === undefined) return [];
    const value = median(ours.map((speed, round) => speed / (theirs[round] ?? Number.NaN)));
    return [{ goal: `${own} ≥ ${least} × ${other}${where}`, value, met: value >= least }];
  };
  return [
    ...beside("windlass-sqlite", fastest, 0.95),
    ...beside("windlass-postgres", fastest, 0.5),
    ...beside("windlass-sqlite", "better-auth", 4),
    ...beside("windlass-postgres", "better-auth", 4),
  ];
}

function floodRows(flooded: Flood | null): BenchRow[] {
  if (flooded === null) return [];
  const { begun, perSecond, held } = flooded;
  const after = [begun / 10, begun / 2, begun];
  const rows = (["heap", "resident", "file"] as const).flatMap((what) =>
    held.map((each, at) => ({
      name: `flood, ${what} after ${after[at]} flows`,
      value: each[`${what}Megabytes`],
      unit: `MB, ${what}`,
    })),
  );
  return [{ name: "flood, beginnings", value: perSecond, unit: "beginnings/s" }, ...rows];
}

function floodGoals(flooded: Flood | null): BenchGoal[] {
  if (flooded === null) return [];
  const [first, last] = [flooded.held.at(0), flooded.held.at(-1)];
  const value = (last?.heapMegabytes ?? Number.NaN) - (first?.heapMegabytes ?? Number.NaN);
  const goal = `a flood of ${flooded.begun} flows adds ≤ ${mostGrowthMegabytes} MB of heap`;
  return [{ goal, value, met: value <= mostGrowthMegabytes }];
}
