/**
 * Owns the question of sessions: how often a second does a server say who is signed in, beside @fastify/session,
 * express-session, Auth.js and better-auth; and does a million stored sessions slow the look-up?
 */
import { systemClock } from "../src/base/clock.ts";
import { createSessions } from "../src/sessions/sessions.ts";
import type { Engine } from "../src/storage/engine.ts";
import { median, versionOf } from "./served/numbers.ts";
import { makePlace, type Place } from "./session/place.ts";
import { type Contestant, measure, type Speed } from "./session/servers.ts";
import type { BenchTable } from "./table.ts";

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const requests = Number(process.env.BENCH_REQUESTS ?? 20_000);
const few = 1_000;
const many = Number(process.env.BENCH_SESSIONS ?? 1_000_000);
const engines: readonly Engine[] = ["sqlite", "postgres"];

const contestants = [
  {
    name: `@fastify/session ${versionOf("@fastify/session")}, memory`,
    program: new URL("./session/fastify-session.ts", import.meta.url),
    requests,
  },
  {
    name: `express-session ${versionOf("express-session")}, memory`,
    program: new URL("./session/express-session.ts", import.meta.url),
    requests,
  },
  {
    name: `Auth.js ${versionOf("@auth/core")}, cookie`,
    program: new URL("./session/authjs.ts", import.meta.url),
    requests: requests / 10,
  },
  {
    name: `better-auth ${versionOf("better-auth")}, memory`,
    program: new URL("./session/better-auth.ts", import.meta.url),
    requests: requests / 10,
  },
  {
    name: "windlass, SQLite",
    program: new URL("./session/ours.ts", import.meta.url),
    argument: "sqlite",
    requests,
  },
  {
    name: "windlass, PostgreSQL",
    program: new URL("./session/ours.ts", import.meta.url),
    argument: "postgres",
    requests,
  },
] as const satisfies readonly Contestant[];

export async function run(): Promise<BenchTable> {
  const speeds = await measure(contestants, rounds);
  const stored: Record<string, Latency> = {};
  for (const engine of engines) Object.assign(stored, await measureStored(engine));
  const [fastify = none, , authjs = none, betterAuth = none, ...ours] = speeds;
  const growth = (engine: Engine) =>
    (stored[`${engine} ${many}`]?.p99 ?? Number.NaN) / (stored[`${engine} ${few}`]?.p99 ?? Number.NaN);
  const beside = (goal: string, value: number, least: number) => ({ goal, value, met: value >= least });
  return {
    bench: "session",
    rows: [
      ...speeds.map(({ perSecond }, at) => ({
        name: contestants[at]?.name ?? "",
        value: perSecond,
        unit: "checks/s",
      })),
      ...speeds.map(({ microseconds }, at) => ({
        name: `${contestants[at]?.name}, processor`,
        value: microseconds,
        unit: "µs/check",
      })),
      ...Object.entries(stored).flatMap(([place, { p50, p99 }]) => [
        { name: `look-up in process, ${place} stored, p50`, value: p50, unit: "µs" },
        { name: `look-up in process, ${place} stored, p99`, value: p99, unit: "µs" },
      ]),
    ],
    goals: engines.flatMap((engine, at) => {
      const own = (ours[at] ?? none).perSecond;
      return [
        beside(`${engine} ≥ 0.95 × @fastify/session`, own / fastify.perSecond, 0.95),
        beside(`${engine} ≥ 10 × Auth.js`, own / authjs.perSecond, 10),
        beside(`${engine} ≥ 10 × better-auth`, own / betterAuth.perSecond, 10),
        {
          goal: `${engine}: p99 with ${many} stored ≤ 1.3 × that with ${few}`,
          value: growth(engine),
          met: growth(engine) <= 1.3,
        },
      ];
    }),
  };
}

const none: Speed = { perSecond: Number.NaN, microseconds: Number.NaN };

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/** Both sizes by turns, so that what else the machine does meets both. */
async function measureStored(engine: Engine): Promise<Record<string, Latency>> {
  const places = [
    await makePlace(engine, { asked: few, stored: few }),
    await makePlace(engine, { asked: few, stored: many }),
  ];
  const found = places.map((): Latency[] => []);
  for (let round = -1; round < rounds; round++)
    for (const [index, place] of places.entries()) {
      const latency = await lookUpEach(place);
      // Nobody asks a database that has just been filled.
      if (round >= 0) found[index]?.push(latency);
    }
  for (const place of places) await place.remove();
  const of = (latencies: readonly Latency[] = []) => ({
    p50: median(latencies.map(({ p50 }) => p50)),
    p99: median(latencies.map(({ p99 }) => p99)),
  });
  return { [`${engine} ${few}`]: of(found[0]), [`${engine} ${many}`]: of(found[1]) };
}

/** Each session once, by a process that remembers none of them. */
async function lookUpEach({ database, tokens }: Place): Promise<Latency> {
  const sessions = createSessions({ database, clock: systemClock() });
  const times: number[] = [];
  for (const token of tokens) {
    const begun = performance.now();
    if ((await sessions.find(token)) === null) throw new Error("a session is lost");
    times.push((performance.now() - begun) * 1000);
  }
  const sorted = times.toSorted((left, right) => left - right);
  return {
    p50: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    p99: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
  };
}
