/** Owns measuring the catalog: how long 10,000 entities take to be read anew, who waits meanwhile, and finding one of them. */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileSource } from "../../src/app/catalog/files.ts";
import { keepCatalog } from "../../src/app/catalog/keeper.ts";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { readProfile } from "../../src/bitbucket/profile/profile.ts";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { resolveEntity } from "../../src/signin/resolvers/chain.ts";
import type { ResolverChoice } from "../../src/signin/resolvers/choice.ts";
import type { BenchTable } from "../table.ts";

const people = 9_900;
const teams = 100;
const files = 10;
const rounds = 5;
const mostReloadMilliseconds = 300;
const mostPauseMilliseconds = 20;
const mostResolvingMilliseconds = 1;

/** What one half of the benchmark found. */
export type Part = Pick<BenchTable, "rows" | "goals">;

export async function measureCatalog(): Promise<Part> {
  const folder = mkdtempSync(join(tmpdir(), "windlass-catalog-bench-"));
  try {
    return await measure(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string): Promise<Part> {
  write(folder, { generation: 1, changed: "all" });
  const { read } = keepCatalog([fileSource([{ type: "folder", target: folder }])], {
    clock: systemClock(),
    log: silentLog,
  });
  const first = await timed(read);
  const [one, all]: [Timed[], Timed[]] = [[], []];
  for (let round = 1; round <= rounds; round += 1) {
    write(folder, { generation: 2 * round, changed: "one" });
    one.push(await timed(read));
    write(folder, { generation: 2 * round + 1, changed: "all" });
    all.push(await timed(read));
  }
  const catalog = await read();
  const resolving = await measureResolving(catalog);
  const [reload, everything] = [worst(one), worst(all)];
  const pause = Math.max(first.pause, reload.pause, everything.pause);
  return {
    rows: [
      { name: "first read of 10,000 entities", value: first.took, unit: "ms" },
      { name: "reload, one entity has changed (worst)", value: reload.took, unit: "ms" },
      { name: "reload, every entity has changed (worst)", value: everything.took, unit: "ms" },
      { name: "longest pause", value: pause, unit: "ms" },
      { name: "resolving by three resolvers, with groups, p50", value: resolving.p50, unit: "ms" },
      { name: "resolving by three resolvers, with groups, p95", value: resolving.p95, unit: "ms" },
    ],
    goals: [
      atMost("reload after a change ≤ 300 ms", reload.took, mostReloadMilliseconds),
      atMost("reload when every entity has changed ≤ 300 ms", everything.took, mostReloadMilliseconds),
      atMost("longest pause of any reload ≤ 20 ms", pause, mostPauseMilliseconds),
      atMost("resolving ≤ 1 ms p95", resolving.p95, mostResolvingMilliseconds),
    ],
  };
}

function atMost(goal: string, value: number, most: number) {
  return { goal, value, met: value <= most };
}

interface Timed {
  readonly took: number;
  /** The longest that anything else in the process would have waited. */
  readonly pause: number;
}

async function timed(read: () => Promise<Catalog>): Promise<Timed> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  // What was left over from before is not counted.
  await new Promise((resolve) => setTimeout(resolve, 20));
  delay.reset();
  const begun = performance.now();
  const { size } = await read();
  const took = performance.now() - begun;
  await new Promise((resolve) => setTimeout(resolve, 5));
  delay.disable();
  if (size !== people) throw new Error(`the catalog has ${size} users`);
  return { took, pause: delay.max / 1e6 };
}

function worst(all: readonly Timed[]): Timed {
  return {
    took: Math.max(...all.map(({ took }) => took)),
    pause: Math.max(...all.map(({ pause }) => pause)),
  };
}

/** Files whose entities are those of a generation: all of them, or one more than before. */
function write(
  folder: string,
  { generation, changed }: { readonly generation: number; readonly changed: "all" | "one" },
): void {
  const each = (people + teams) / files;
  for (let file = 0; file < (changed === "all" ? files : 1); file += 1) {
    const documents = Array.from({ length: each }, (_, at) => {
      const number = file * each + at;
      const age = changed === "all" || at === each - 1 ? generation : generation - 1;
      return number < teams ? team(number) : person(number, age);
    });
    const path = join(folder, `${file}.yaml`);
    writeFileSync(path, documents.join("---\n"));
    // Two writes within one tick of a coarse clock would be one.
    utimesSync(path, 1_700_000_000 + generation, 1_700_000_000 + generation);
  }
}

function team(number: number): string {
  return `apiVersion: backstage.io/v1alpha1
kind: Group
metadata:
  name: team-${number}
spec:
  type: team
  parent: team-${Math.floor(number / 3)}
  children: []
`;
}

function person(number: number, generation: number): string {
  return `apiVersion: backstage.io/v1alpha1
kind: User
metadata:
  name: person-${number}
  annotations:
    bitbucket.org/username: person${number}
    bitbucket.org/user-id: "{${uuidOf(number)}}"
    acme.example/generation: "${generation}"
spec:
  profile:
    displayName: Person ${number}
    email: person${number}@example.com
  memberOf:
    - team-${number % teams}
`;
}

function uuidOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

/** The first two resolvers miss, so that all three are asked. */
const choices: readonly ResolverChoice[] = [
  { resolver: "usernameMatchingUserEntityAnnotation" },
  { resolver: "emailMatchingUserEntityProfileEmail", allowedDomains: ["example.com"], stripPlusTag: true },
  { resolver: "userIdMatchingUserEntityAnnotation" },
];

async function measureResolving(catalog: Catalog) {
  const times: number[] = [];
  for (let number = teams; number < people; number += 1) {
    const profile = readProfile(
      "bitbucket",
      { type: "user", uuid: `{${uuidOf(number)}}`, username: `Person${number}`, display_name: "Somebody" },
      [{ email: `nobody${number}+mail@example.com`, isPrimary: true, isConfirmed: true }],
    );
    const begun = performance.now();
    const { entityRef } = await resolveEntity(catalog, choices, profile);
    const owned = catalog.ownership(entityRef ?? "");
    times.push(performance.now() - begun);
    if (entityRef !== `user:default/person-${number}` || owned.length < 2)
      throw new Error("somebody else was found");
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95) };
}
