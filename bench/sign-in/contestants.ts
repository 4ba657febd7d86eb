/** Owns who is measured: each by a short name, which `BENCH_ONLY` picks, and a name with its version. */
import { versionOf } from "../served/numbers.ts";

export interface Contestant {
  readonly id: string;
  readonly name: string;
  readonly program: URL;
  readonly arguments: readonly string[];
  readonly isPeer: boolean;
  /** How much of a round it gets: a slow one would make the others wait. */
  readonly share: number;
}

const all: readonly Contestant[] = [
  peer("passport", `passport ${versionOf("passport")} + express-session, memory`, 1),
  peer("fastify", `@fastify/oauth2 ${versionOf("@fastify/oauth2")} + @fastify/session, memory`, 1),
  peer("authjs", `Auth.js ${versionOf("@auth/core")}, cookie`, 0.2),
  peer("better-auth", `better-auth ${versionOf("better-auth")}, SQLite`, 0.2),
  ours("windlass-sqlite", "windlass, SQLite", "sqlite"),
  ours("windlass-postgres", "windlass, PostgreSQL", "postgres"),
];

/** All of them, or those that `BENCH_ONLY` names, divided by commas. */
export function chosen(only = process.env.BENCH_ONLY): readonly Contestant[] {
  if (only === undefined) return all;
  const ids = only.split(",");
  const unknown = ids.filter((id) => !all.some((each) => each.id === id));
  if (unknown.length > 0)
    throw new Error(`BENCH_ONLY: ${unknown} is none of ${all.map(({ id }) => id).join(", ")}`);
  return all.filter(({ id }) => ids.includes(id));
}

function peer(id: string, name: string, share: number): Contestant {
  return { id, name, share, program: programOf(id), arguments: [], isPeer: true };
}

function ours(id: string, name: string, engine: string): Contestant {
  return { id, name, share: 1, program: programOf("ours"), arguments: [engine], isPeer: false };
}

function programOf(name: string): URL {
  return new URL(`./${name}.ts`, import.meta.url);
}
