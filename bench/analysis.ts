/** Answers: how fast is an analysis beside a bare loop over the same URLs, what does it ask for, and what does it hold? */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Fetch } from "../src/base/http/door.ts";
import { connect, openRooms, plantProject, type Rooms } from "../tests/flows/analysis-workshop.ts";
import { buildLargeHistory } from "../tests/histories/large.ts";
import { type RecordedCall, runBareLoop } from "./analysis/bare-loop.ts";
import { type EmulatorProcess, startEmulator } from "./emulated/process.ts";
import type { BenchTable } from "./table.ts";

const commits = 4_000;
const parallelCalls = 8;
const rounds = 5;
const lookbackDays = 3_650;
const leastRatio = 0.8;
const mostCallsWhenNothingIsNew = 3;
/** What twice the commits may add to what is held: noise of the heap, no list of commits (some 500 bytes each). */
const mostGrowthMegabytes = 2;

export async function run(): Promise<BenchTable> {
  const folder = mkdtempSync(join(tmpdir(), "windlass-analysis-"));
  try {
    const speed = await measureSpeed(folder);
    await measureMemory(folder, commits / 10); // what is loaded at first use is no growth
    const once = await measureMemory(folder, commits / 2);
    const twice = await measureMemory(folder, commits);
    return table(speed, twice - once, [once, twice]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Speed {
  readonly commits: number;
  readonly calls: number;
  readonly secondRunCalls: number;
  readonly secondRunSeconds: number;
  readonly ours: readonly number[];
  readonly bare: readonly number[];
}

/**
 * In turns, each on a copy of the history nobody has asked for yet: an analysis asks for each commit once in its life, so answers
 * the emulator still has in memory would measure something else. The first round warms the processes and counts for nothing.
 */
async function measureSpeed(folder: string): Promise<Speed> {
  return withEmulator(folder, { size: commits, copies: 2 * (rounds + 1) }, async (emulator, slugs) => {
    const [ours, bare]: [number[], number[]] = [[], []];
    let last: Measured | undefined;
    for (let round = 0; round <= rounds; round += 1) {
      const [slug = "", other = ""] = slugs.slice(2 * round);
      last = await runOnce(emulator, { slug, path: join(folder, `speed-${round}.db`) });
      const seconds = await runBareLoop(moveCalls(last.recorded, slug, other), parallelCalls);
      if (round === 0) continue;
      ours.push(last.seconds);
      bare.push(seconds);
    }
    if (last === undefined) throw new Error("no round was run");
    const { recorded: _, ...counts } = last;
    return { ...counts, ours, bare };
  });
}

/** The same calls to another copy; the one that names the repository by its uuid names it by its slug. */
function moveCalls(calls: readonly RecordedCall[], slug: string, other: string): RecordedCall[] {
  return calls.map(({ url, authorization }) => ({
    authorization,
    url: url.replace(`/acme/${slug}`, `/acme/${other}`).replace(/\/%7B%7D\/%7B[^/?]*%7D/, `/acme/${other}`),
  }));
}

async function withEmulator<Result>(
  folder: string,
  { size, copies }: { readonly size: number; readonly copies: number },
  work: (emulator: EmulatorProcess, slugs: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const slugs = Array.from({ length: copies }, (_, copy) => `history-${size}-${copy}`);
  const [first = "", ...others] = slugs.map((slug) => join(folder, slug));
  await buildLargeHistory(first, { commits: size, now: new Date() });
  for (const path of others) cpSync(first, path, { recursive: true });
  const emulator = await startEmulator(first, ...others);
  try {
    return await work(emulator, slugs);
  } finally {
    await emulator.stop();
    for (const path of [first, ...others]) rmSync(path, { recursive: true, force: true });
  }
}

interface Measured extends Pick<Speed, "commits" | "calls" | "secondRunCalls" | "secondRunSeconds"> {
  readonly seconds: number;
  readonly recorded: readonly RecordedCall[];
}

interface Place {
  readonly slug: string;
  readonly path: string;
}

async function runOnce(emulator: EmulatorProcess, { slug, path }: Place): Promise<Measured> {
  const recorder = recordCalls();
  const rooms = await openRooms(emulator, { path, parallelCalls, watch: recorder.watch });
  try {
    const order = await prepare(rooms, emulator, slug);
    const first = await timed(rooms, order, recorder.begin);
    const recorded = recorder.calls();
    const second = await timed(rooms, order, recorder.begin);
    if (first.commits !== first.counted) throw new Error("not every commit was counted");
    return {
      ...first,
      recorded,
      secondRunCalls: second.calls,
      secondRunSeconds: second.seconds,
    };
  } finally {
    await rooms.close();
  }
}

/** Project, connection and repository: what a person has done before pressing Run. */
async function prepare(rooms: Rooms, emulator: EmulatorProcess, slug: string) {
  const project = await plantProject(rooms, emulator.clock);
  const connection = await connect(rooms, project.id, {});
  const form = { text: `acme/${slug}`, picked: [], lookbackDays };
  const { problems } = await rooms.connections.saveRepositories(connection.id, form);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return { projectId: project.id, connectionId: connection.id, startedBy: project.madeBy, lookbackDays };
}

async function timed(rooms: Rooms, order: Parameters<Rooms["analyses"]["start"]>[0], begin: () => void) {
  begin();
  const began = performance.now();
  const id = await rooms.analyses.start(order);
  await rooms.analyses.idle();
  const seconds = (performance.now() - began) / 1000;
  const { state, calls, commitsFound, commitsCounted } = await rooms.analyses.get(id, { pageSize: 1 });
  if (state !== "done") throw new Error(`the analysis ended as ${state}`);
  return { seconds, calls, commits: commitsFound, counted: commitsCounted };
}

/** Notes what the app sends, to send the same again without it. */
function recordCalls() {
  let calls: { readonly url: string; readonly headers: Headers | Record<string, string> }[] = [];
  return {
    // Read afterwards: the bare loop has nothing of the kind while it runs.
    calls: (): RecordedCall[] =>
      calls.map(({ url, headers }) => ({
        url,
        authorization: new Headers(headers).get("authorization") ?? "",
      })),
    begin() {
      calls = [];
    },
    watch:
      (fetch: Fetch): Fetch =>
      (url, init) => {
        calls.push({ url, headers: init?.headers ?? {} });
        return fetch(url, init);
      },
  };
}

/** What a run of so many commits holds at most beyond what was held before it, in megabytes of the heap after a collection; buffers of answers under way are not in it. */
async function measureMemory(folder: string, size: number): Promise<number> {
  setFlagsFromString("--expose-gc");
  // Defined by the flag above.
  const collect = runInNewContext("gc") as () => void;
  return withEmulator(folder, { size, copies: 1 }, async (emulator, [slug = ""]) => {
    const rooms = await openRooms(emulator, { path: join(folder, `memory-${size}.db`), parallelCalls });
    try {
      const order = await prepare(rooms, emulator, slug);
      const held = () => {
        collect();
        return process.memoryUsage().heapUsed;
      };
      const before = held();
      let most = before;
      const look = () => {
        most = Math.max(most, held());
      };
      const looking = setInterval(look, 200);
      await timed(rooms, order, look);
      clearInterval(looking);
      return (most - before) / 1e6;
    } finally {
      await rooms.close();
    }
  });
}

function table(speed: Speed, growth: number, [once, twice]: [number, number]): BenchTable {
  const [ours, bare] = [median(speed.ours), median(speed.bare)];
  // Neighbours in time are compared: what else the machine does changes over the rounds.
  const ratio = median(speed.ours.map((seconds, round) => (speed.bare[round] ?? Number.NaN) / seconds));
  return {
    bench: "analysis",
    rows: [
      { name: "commits in the window", value: speed.commits, unit: "commits" },
      { name: "calls of a first run", value: speed.calls, unit: "calls" },
      { name: "analysis, first run", value: round(speed.commits / ours), unit: "commits/s" },
      { name: "bare undici loop, same URLs", value: round(speed.commits / bare), unit: "commits/s" },
      { name: "analysis ÷ bare loop", value: round(ratio), unit: "×" },
      { name: "calls of a second run, nothing new", value: speed.secondRunCalls, unit: "calls" },
      { name: "second run, nothing new", value: round(speed.secondRunSeconds * 1000), unit: "ms" },
      { name: `heap added at most, ${commits / 2} commits`, value: round(once), unit: "MB" },
      { name: `heap added at most, ${commits} commits`, value: round(twice), unit: "MB" },
    ],
    goals: [
      { goal: `analysis ÷ bare loop ≥ ${leastRatio}`, value: round(ratio), met: ratio >= leastRatio },
      {
        goal: `calls of a second run ≤ ${mostCallsWhenNothingIsNew}`,
        value: speed.secondRunCalls,
        met: speed.secondRunCalls <= mostCallsWhenNothingIsNew,
      },
      {
        goal: `twice the commits add ≤ ${mostGrowthMegabytes} MB of heap`,
        value: round(growth),
        met: growth <= mostGrowthMegabytes,
      },
    ],
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
