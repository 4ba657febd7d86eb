/** Owns who is measured: each by a short name, which `BENCH_ONLY` picks, and a name with its version. */
import { versionOf } from "../served/numbers.ts";
import { contestantOptions, type Served, startServed } from "../served/process.ts";
import type { UpstreamOrigins } from "./told.ts";

export interface Contestant {
  readonly id: string;
  readonly name: string;
  readonly program: URL;
  readonly arguments: readonly string[];
  readonly isPeer: boolean;
  /** How much of a round it gets: a slow one would make the others wait. */
  readonly share: number;
}

const peer = { arguments: [], isPeer: true, share: 1 } as const;
const ours = { program: new URL("./ours.ts", import.meta.url), isPeer: false, share: 1 } as const;

const all: readonly Contestant[] = [
  {
    id: "passport",
    name: `passport ${versionOf("passport")} + express-session, memory`,
    program: new URL("./passport.ts", import.meta.url),
    ...peer,
  },
  {
    id: "fastify",
    name: `@fastify/oauth2 ${versionOf("@fastify/oauth2")} + @fastify/session, memory`,
    program: new URL("./fastify.ts", import.meta.url),
    ...peer,
  },
  {
    id: "authjs",
    name: `Auth.js ${versionOf("@auth/core")}, cookie`,
    program: new URL("./authjs.ts", import.meta.url),
    ...peer,
    share: 0.2,
  },
  {
    id: "better-auth",
    name: `better-auth ${versionOf("better-auth")}, SQLite`,
    program: new URL("./better-auth.ts", import.meta.url),
    ...peer,
    share: 0.2,
  },
  { id: "windlass-sqlite", name: "windlass, SQLite", ...ours, arguments: ["sqlite"] },
  { id: "windlass-postgres", name: "windlass, PostgreSQL", ...ours, arguments: ["postgres"] },
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

/** Before the upstream at these addresses. */
export function startContestant(contestant: Contestant, { site, api }: UpstreamOrigins): Promise<Served> {
  const rest = [site, api, ...contestant.arguments];
  return startServed(contestant.program, { arguments: rest, nodeOptions: contestantOptions });
}
