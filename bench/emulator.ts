/** Answers: how soon is the emulator there, how many calls does it answer a second, beside git and a bare server, and does it grow? */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool } from "undici";
import { buildLargeHistory } from "../tests/histories/large.ts";
import { installPackage } from "../tools/package.ts";
import { emulate, firstLine, type Installed, johnsToken, startInstalled } from "./emulated/installed.ts";
import type { BenchTable } from "./table.ts";

const rounds = 7;
const startRounds = 11;
const connections = 8;
const secondsEach = 2;
const commitsEach = 60;
/** `BENCH_REQUESTS` shortens the last part for a try. */
const requests = Number(process.env.BENCH_REQUESTS ?? 1_000_000);
const mostGrowthMegabytes = 2;

/** The least a Node process can be that answers: says where, and answers. */
const bareServer = `const s = require("node:http").createServer((q, r) => r.end("{}")).listen(0, "127.0.0.1", () =>
  console.log(JSON.stringify({ api: "http://127.0.0.1:" + s.address().port })));`;

/** What a test file waits for, once it has imported the library: without a repository, and with one told in a few lines. */
const libraryStart = `import { commit, createEmulator, repository } from "windlass/emulator";
const told = repository("acme/widgets", [commit({ "a.txt": "one" }), commit({ "a.txt": "two" })]);
const began = performance.now();
const emulator = await createEmulator(process.argv[2] === "told" ? { repositories: [told] } : {});
console.log(performance.now() - began);
await emulator.close();`;

export async function run(): Promise<BenchTable> {
  const folder = mkdtempSync(join(tmpdir(), "windlass-emulator-bench-"));
  const history = join(folder, "long");
  try {
    await installPackage(folder);
    writeFileSync(join(folder, "bare.cjs"), bareServer);
    writeFileSync(join(folder, "library.mjs"), libraryStart);
    await buildLargeHistory(history, { commits: commitsEach * (rounds + 2), now: new Date() });
    const start = await measureStart(folder);
    const emulator = await startInstalled(folder, ["--auto-approve", "johndoe", "--repo", history]);
    try {
      const speed = await measureSpeed(emulator, folder, history);
      return table(start, speed, await measureMemory(emulator));
    } finally {
      await emulator.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Starts = Readonly<Record<"ours" | "json" | "bare" | "library" | "told", readonly number[]>>;

async function measureStart(folder: string): Promise<Starts> {
  const starts: Record<keyof Starts, number[]> = { ours: [], json: [], bare: [], library: [], told: [] };
  const main = join(folder, "node_modules", "windlass", "dist", "cli", "main.js");
  for (let round = 0; round < startRounds; round += 1) {
    starts.bare.push(await startOnce([join(folder, "bare.cjs")], folder));
    starts.ours.push(await startOnce([main, "emulate", "--port", "0", "--quiet"], folder));
    starts.json.push(await startOnce([main, ...emulate], folder));
    starts.library.push(libraryOnce(folder, "empty"));
    starts.told.push(libraryOnce(folder, "told"));
  }
  return starts;
}

/** In a process of its own, which has loaded nothing but the library. */
function libraryOnce(cwd: string, what: string): number {
  return Number(execFileSync(process.execPath, ["library.mjs", what], { cwd, encoding: "utf8" }));
}

/** From starting the process to its first answer. */
async function startOnce(args: readonly string[], cwd: string): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "inherit"] });
  try {
    const answer = await fetch(await addressIn(child));
    await answer.text();
    return performance.now() - began;
  } finally {
    await end(child);
  }
}

/** The API's address, as JSON or as a person reads it. */
async function addressIn(child: ChildProcess): Promise<string> {
  let printed = "";
  for await (const chunk of child.stdout ?? []) {
    printed += String(chunk);
    const found = /(?:"api":"|API +)(http:\/\/127\.0\.0\.1:\d+)/.exec(printed)?.[1];
    if (found !== undefined) return `${found}/2.0/user`;
  }
  throw new Error("the process ended before it was ready");
}

async function end(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
}

interface Speed {
  /** Requests a second, a round each. */
  readonly bare: readonly number[];
  readonly user: readonly number[];
  readonly cached: readonly number[];
  /** Milliseconds a commit, a round each. */
  readonly uncached: readonly number[];
  readonly git: readonly number[];
  readonly gitBatch: readonly number[];
}

/** In turns, so that all meet the same machine; the first round warms and counts for nothing. */
async function measureSpeed(emulator: Installed, folder: string, history: string): Promise<Speed> {
  const headers = { authorization: `Bearer ${await johnsToken(emulator)}` };
  const commits = gitIn(history, ["rev-list", "--no-merges", "--min-parents=1", "main"]).trim().split("\n");
  const diffstat = (hash: string) => `/2.0/repositories/acme/long/diffstat/${hash}`;
  const bare = spawn(process.execPath, [join(folder, "bare.cjs")], { stdio: ["ignore", "pipe", "inherit"] });
  const { api: bareApi } = JSON.parse(await firstLine(bare)) as { readonly api: string }; // as it is written above
  const [pool, barePool] = [emulator.api, bareApi].map((origin) => new Pool(origin, { connections }));
  if (pool === undefined || barePool === undefined) throw new Error("two pools were made");
  const speed = {
    bare: [] as number[],
    user: [] as number[],
    cached: [] as number[],
    uncached: [] as number[],
    git: [] as number[],
    gitBatch: [] as number[],
  };
  try {
    for (let round = 0; round <= rounds; round += 1) {
      const own = commits.slice(round * commitsEach, (round + 1) * commitsEach);
      const hash = own[0] ?? "";
      const measured = {
        uncached: await eachOf(own, (commit) => ask(pool, diffstat(commit), headers)),
        git: await eachOf(own, async (commit) => gitIn(history, [...numstat, commit])),
        gitBatch:
          (await eachOf([own.join("\n")], async (all) => gitIn(history, [...numstat, "--stdin"], all))) /
          own.length,
        user: await perSecond(() => ask(pool, "/2.0/user", headers)),
        cached: await perSecond(() => ask(pool, diffstat(hash), headers)),
        bare: await perSecond(() => ask(barePool, "/2.0/user", headers)),
      };
      if (round > 0)
        for (const [name, value] of Object.entries(measured)) speed[name as keyof Speed].push(value); // the same names
    }
  } finally {
    await Promise.all([pool.close(), barePool.close()]);
    await end(bare);
  }
  return speed;
}

/** The same question: which files of a commit changed by how many lines, renames found. */
const numstat = ["diff-tree", "-r", "-M", "--numstat"] as const;

function gitIn(folder: string, args: readonly string[], input = ""): string {
  return execFileSync("git", ["-C", folder, ...args], {
    input,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
}

type Headers = Readonly<Record<string, string>>;

async function ask(pool: Pool, path: string, headers: Headers): Promise<void> {
  const { statusCode, body } = await pool.request({ method: "GET", path, headers });
  await body.dump();
  if (statusCode !== 200) throw new Error(`${path} answered ${statusCode}`);
}

/** Milliseconds for each, one after the other. */
async function eachOf(items: readonly string[], work: (item: string) => Promise<unknown>): Promise<number> {
  const began = performance.now();
  for (const item of items) await work(item);
  return (performance.now() - began) / items.length;
}

async function perSecond(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  let count = 0;
  const lane = async () => {
    for (; performance.now() - began < secondsEach * 1000; count += 1) await work();
  };
  await Promise.all(Array.from({ length: connections }, lane));
  return (count * 1000) / (performance.now() - began);
}

/** Megabytes of the heap after a tenth of the requests and after all. */
async function measureMemory(
  emulator: Installed,
): Promise<{ readonly early: number; readonly late: number }> {
  const headers = { authorization: `Bearer ${await johnsToken(emulator)}` };
  const pool = new Pool(emulator.api, { connections });
  let left = 0;
  const lane = async () => {
    for (; left > 0; ) {
      left -= 1;
      await ask(pool, "/2.0/user", headers);
    }
  };
  const send = async (count: number) => {
    left = count;
    await Promise.all(Array.from({ length: connections }, lane));
    return (await emulator.heap()) / 1e6;
  };
  const early = await send(requests / 10);
  const late = await send((requests / 10) * 9);
  await pool.close();
  return { early, late };
}

function table(
  start: Starts,
  speed: Speed,
  { early, late }: { readonly early: number; readonly late: number },
): BenchTable {
  const [user, cached] = [median(speed.user), median(speed.cached)];
  const [uncached, git, batch] = [median(speed.uncached), median(speed.git), median(speed.gitBatch)];
  const ratio = median(speed.uncached.map((value, at) => value / (speed.git[at] ?? Number.NaN)));
  const [started, told] = [median(start.ours), median(start.told)];
  return {
    bench: "emulator",
    rows: [
      { name: "bare node:http, to its first answer", value: median(start.bare), unit: "ms" },
      { name: "windlass emulate, to its first answer, median", value: started, unit: "ms" },
      { name: "windlass emulate --json, which makes an RSA key", value: median(start.json), unit: "ms" },
      { name: "windlass emulate, slowest", value: Math.max(...start.ours), unit: "ms" },
      { name: "createEmulator in a fresh process", value: median(start.library), unit: "ms" },
      { name: "createEmulator with a told repository", value: told, unit: "ms" },
      { name: "bare node:http, two bytes", value: median(speed.bare), unit: "answers/s" },
      { name: "GET /2.0/user", value: user, unit: "answers/s" },
      { name: "GET diffstat of a cached commit", value: cached, unit: "answers/s" },
      { name: "git diff-tree --numstat, a process each", value: git, unit: "ms/commit" },
      { name: "GET diffstat of an uncached commit", value: uncached, unit: "ms/commit" },
      { name: "git diff-tree --numstat --stdin, one process", value: batch, unit: "ms/commit" },
      { name: `heap after ${requests / 10} requests`, value: early, unit: "MB" },
      { name: `heap after ${requests} requests`, value: late, unit: "MB" },
    ],
    goals: [
      { goal: "from the command line to the first answer ≤ 250 ms", value: started, met: started <= 250 },
      { goal: "createEmulator with a told repository ≤ 50 ms", value: told, met: told <= 50 },
      { goal: "GET /2.0/user ≥ 5000 a second", value: user, met: user >= 5000 },
      { goal: "diffstat of a cached commit ≥ 2000 a second", value: cached, met: cached >= 2000 },
      { goal: "diffstat of an uncached commit ≤ 1.5 × git, a process each", value: ratio, met: ratio <= 1.5 },
      {
        goal: `ten times the requests add ≤ ${mostGrowthMegabytes} MB`,
        value: late - early,
        met: late - early <= mostGrowthMegabytes,
      },
    ],
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
