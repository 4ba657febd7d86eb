/**
 * Owns the question of the vault: how fast is a token handed out, hot, cold and over HTTP beside better-auth, with how many
 * connections stored; how long does a crowd wait for one renewal; how fast is everything sealed anew?
 */
import { createApp } from "../src/app/app.ts";
import { parseConfig } from "../src/app/config.ts";
import type { Engine } from "../src/storage/engine.ts";
import type { BenchRow, BenchTable } from "./table.ts";
import { measureHttp } from "./vault/http.ts";
import { makePlace, type Place } from "./vault/place.ts";
import { measureStorm } from "./vault/storm.ts";

const asked = 1_000;
const many = Number(process.env.BENCH_CONNECTIONS ?? 1_000_000);
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const engines: readonly Engine[] = ["sqlite", "postgres"];

export async function run(): Promise<BenchTable> {
  const cold: Record<string, Cold> = {};
  let hot = { one: 0, thousand: 0 };
  const resealed: Record<string, number> = {};
  for (const engine of engines) {
    const small = await makePlace(engine, { asked, stored: asked });
    cold[`${engine} ${asked}`] = await measureCold(small);
    if (engine === "sqlite") hot = await measureHot(small);
    resealed[engine] = await measureReseal(small);
    await small.remove();
    const large = await makePlace(engine, { asked, stored: many });
    cold[`${engine} ${many}`] = await measureCold(large);
    await large.remove();
  }
  const http = await measureHttp(rounds);
  const storm = await measureStorm(rounds);
  const coldRows = engines.flatMap((engine) =>
    [asked, many].flatMap((stored): BenchRow[] => {
      const { p50, p99 } = cold[`${engine} ${stored}`] ?? nothing;
      return [
        { name: `cold, ${engine}, ${stored} stored, p50`, value: p50, unit: "ms" },
        { name: `cold, ${engine}, ${stored} stored, p99`, value: p99, unit: "ms" },
      ];
    }),
  );
  const growth = (engine: Engine) =>
    (cold[`${engine} ${many}`] ?? nothing).p99 / (cold[`${engine} ${asked}`] ?? nothing).p99;
  const p50 = (engine: Engine) => (cold[`${engine} ${many}`] ?? nothing).p50;
  const beside = http.ours / http.betterAuth;
  return {
    bench: "vault",
    rows: [
      { name: "hot in process, one connection", value: hot.one, unit: "tokens/s" },
      { name: `hot in process, ${asked} connections`, value: hot.thousand, unit: "tokens/s" },
      {
        name: `over HTTP, better-auth ${http.version} get-access-token`,
        value: http.betterAuth,
        unit: "answers/s",
      },
      { name: "over HTTP, POST /api/v1/connections/{id}/token", value: http.ours, unit: "answers/s" },
      ...coldRows,
      {
        name: "one renewal, Bitbucket slowed to 100 ms, one caller",
        value: storm.single,
        unit: "ms to the last",
      },
      { name: "one process × 1,000 callers", value: storm.crowd, unit: "ms to the last" },
      { name: "four processes × 1,000 callers, SQLite", value: storm.processes, unit: "ms to the last" },
      ...engines.map((engine) => ({
        name: `connections sealed anew, ${engine}`,
        value: resealed[engine] ?? Number.NaN,
        unit: "connections/s",
      })),
    ],
    goals: [
      { goal: "hot ≥ 300000 a second", value: hot.thousand, met: hot.thousand >= 300_000 },
      { goal: "over HTTP ≥ 10 × better-auth", value: beside, met: beside >= 10 },
      { goal: "cold from SQLite, p50 ≤ 0.5 ms", value: p50("sqlite"), met: p50("sqlite") <= 0.5 },
      { goal: "cold from PostgreSQL, p50 ≤ 1.5 ms", value: p50("postgres"), met: p50("postgres") <= 1.5 },
      ...engines.map((engine) => ({
        goal: `${engine}: p99 with ${many} stored ≤ 1.5 × that with ${asked}`,
        value: growth(engine),
        met: growth(engine) <= 1.5,
      })),
      {
        goal: "1,000 callers wait ≤ 1.3 × the slowed call",
        value: storm.crowd / storm.call,
        met: storm.crowd / storm.call <= 1.3,
      },
      {
        goal: "4 × 1,000 callers wait ≤ 1.3 × the slowed call",
        value: storm.processes / storm.call,
        met: storm.processes / storm.call <= 1.3,
      },
    ],
  };
}

interface Cold {
  readonly p50: number;
  readonly p99: number;
}

const nothing: Cold = { p50: Number.NaN, p99: Number.NaN };

/** Each connection once, one after the other, by a vault that has just been opened; the median of the rounds. */
async function measureCold(place: Place): Promise<Cold> {
  const all: Cold[] = [];
  for (let round = 0; round < rounds; round++) {
    const { vault, close } = await place.openVault();
    const times: number[] = [];
    for (const id of place.ids) {
      const begun = performance.now();
      await vault.token(id, { caller: "bench" });
      times.push(performance.now() - begun);
    }
    await close();
    // The first of all also opens files and keys.
    const sorted = times.slice(10).sort((left, right) => left - right);
    all.push({
      p50: sorted[Math.floor(sorted.length / 2)] ?? 0,
      p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    });
  }
  return { p50: median(all.map(({ p50 }) => p50)), p99: median(all.map(({ p99 }) => p99)) };
}

async function measureHot(place: Place): Promise<{ readonly one: number; readonly thousand: number }> {
  const { vault, close } = await place.openVault();
  const over = async (ids: readonly string[]) => {
    const speeds: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const count = 300_000;
      const begun = performance.now();
      for (let call = 0; call < count; call++)
        await vault.token(ids[call % ids.length] ?? "", { caller: "bench" });
      speeds.push(count / ((performance.now() - begun) / 1000));
    }
    return median(speeds);
  };
  const result = { one: await over(place.ids.slice(0, 1)), thousand: await over(place.ids) };
  await close();
  return result;
}

/** Connections a second, from the call of the rotation to its end. */
async function measureReseal(place: Place): Promise<number> {
  const app = await createApp(parseConfig(place.config));
  const begun = performance.now();
  const { resealed } = await app.keys.rotate();
  const seconds = (performance.now() - begun) / 1000;
  await app.close();
  return resealed / seconds;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
