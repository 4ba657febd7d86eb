/** Answers: how fast are all commits of a long history listed, beside the npm client `bitbucket` and a bare loop, and what is held? */
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Agent, request } from "undici";
import { openNodeDoor } from "../src/base/http/node-door.ts";
import { bearer } from "../src/bitbucket/api/authorize.ts";
import { createApi } from "../src/bitbucket/api/client.ts";
import { cloudHost } from "../src/bitbucket/host/cloud.ts";
import { eachCommit } from "../src/bitbucket/host/each-commit.ts";
import { buildLargeHistory } from "../tests/histories/large.ts";
import { type EmulatorProcess, startEmulator } from "./emulated/process.ts";
import type { BenchTable } from "./table.ts";

const commits = 10_000;
const commitsOnAPage = 100;
const rounds = 7;
const leastRatio = 0.9;
/** What ten times the commits may add to what is held: noise of the heap, no list (some 500 bytes a commit, 4.5 MB). */
const mostGrowthMegabytes = 2;
const workspace = "acme";
const branch = "main";

export async function run(): Promise<BenchTable> {
  const folder = mkdtempSync(join(tmpdir(), "windlass-client-"));
  const [long, short] = [join(folder, "long"), join(folder, "short")];
  await buildLargeHistory(long, { commits, now: new Date() });
  await buildLargeHistory(short, { commits: commits / 10, now: new Date() });
  const emulator = await startEmulator(long, short);
  const ours = openOurs(emulator);
  try {
    const listers = { ours: ours.list, npm: openNpm(emulator), bare: openBare(emulator) };
    const pages = await measureSpeed(listers);
    const held = {
      short: await measureHeld(ours.list, "short"),
      ours: await measureHeld(ours.list, "long"),
      npm: await measureHeld(listers.npm, "long"),
      bare: await measureHeld(listers.bare, "long"),
    };
    return table(pages, held);
  } finally {
    await ours.close();
    await emulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lists every commit of a repository and gives their number; `look` is called once a page. */
type Lister = (slug: string, look?: () => void) => Promise<number>;

function openOurs({ urls, accessToken }: EmulatorProcess) {
  const door = openNodeDoor({ network: { allow: ["127.0.0.0/8", "::1"] } });
  const api = `${urls.api}/2.0`;
  const place = { authorize: `${api}/none`, token: `${api}/none`, api, web: urls.bitbucket };
  const client = createApi({ urls: place, fetch: door.fetch, authorize: bearer(accessToken) });
  const host = cloudHost({ urls: place }, client);
  const list: Lister = async (slug, look) => {
    let count = 0;
    for await (const _ of eachCommit(host, { workspace, slug }, { include: branch })) {
      count += 1;
      if (count % commitsOnAPage === 0) look?.();
    }
    return count;
  };
  return { list, close: door.close };
}

interface NpmPage {
  readonly values: readonly unknown[];
}

/** What is used of it. Its own types are sources that do not compile under our settings. */
interface NpmClient {
  readonly commits: { list(query: Readonly<Record<string, string | number>>): Promise<{ data: NpmPage }> };
  hasNextPage(page: NpmPage): boolean;
  getNextPage(page: NpmPage): Promise<{ data: NpmPage }>;
}

/** As its README lists: the first page, then `getNextPage` as long as there is one. */
function openNpm({ urls, accessToken }: EmulatorProcess): Lister {
  // A CommonJS package with this one export.
  const { Bitbucket } = createRequire(import.meta.url)("bitbucket") as {
    readonly Bitbucket: new (options: object) => NpmClient;
  };
  const bitbucket = new Bitbucket({
    baseUrl: `${urls.api}/2.0`,
    auth: { token: accessToken },
    notice: false,
  });
  return async (slug, look) => {
    const query = { workspace, repo_slug: slug, include: branch, pagelen: commitsOnAPage };
    let { data } = await bitbucket.commits.list(query);
    let count = data.values.length;
    while (bitbucket.hasNextPage(data)) {
      ({ data } = await bitbucket.getNextPage(data));
      count += data.values.length;
      look?.();
    }
    return count;
  };
}

/** Nothing but undici, following `next`. */
function openBare({ urls, accessToken }: EmulatorProcess): Lister {
  const dispatcher = new Agent({ connections: 1, pipelining: 1 });
  const headers = { authorization: `Bearer ${accessToken}` };
  return async (slug, look) => {
    const start = `${urls.api}/2.0/repositories/${workspace}/${slug}/commits`;
    let url: string | undefined = `${start}?pagelen=${commitsOnAPage}&include=${branch}`;
    let count = 0;
    while (url !== undefined) {
      const { body } = await request(url, { dispatcher, headers });
      // What the emulator answers; the npm client and ours read the same fields.
      const page = (await body.json()) as { values: unknown[]; next?: string };
      count += page.values.length;
      look?.();
      url = page.next;
    }
    return count;
  };
}

type Speeds = Readonly<Record<"ours" | "npm" | "bare", readonly number[]>>;

/** Pages a second, in turns; the first round warms the processes and counts for nothing. */
async function measureSpeed(listers: Readonly<Record<keyof Speeds, Lister>>): Promise<Speeds> {
  const speeds: Record<keyof Speeds, number[]> = { ours: [], npm: [], bare: [] };
  const names = ["ours", "npm", "bare"] as const;
  for (let round = 0; round <= rounds; round += 1) {
    // Whoever comes first meets another machine than whoever comes last.
    for (const name of names.map((_, place) => names[(place + round) % names.length] ?? "ours")) {
      const began = performance.now();
      const count = await listers[name]("long");
      const seconds = (performance.now() - began) / 1000;
      if (count < commits) throw new Error(`${name} listed ${count} of ${commits} commits`);
      if (round > 0) speeds[name].push(Math.ceil(count / commitsOnAPage) / seconds);
    }
  }
  return speeds;
}

/** What listing holds at most beyond what was held before, in megabytes of the heap after a collection. */
async function measureHeld(list: Lister, slug: string): Promise<number> {
  setFlagsFromString("--expose-gc");
  // Defined by the flag above.
  const collect = runInNewContext("gc") as () => void;
  const held = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  await list(slug);
  const before = held();
  let most = before;
  await list(slug, () => {
    most = Math.max(most, held());
  });
  return (most - before) / 1e6;
}

function table(
  { ours, npm, bare }: Speeds,
  held: Readonly<Record<"short" | keyof Speeds, number>>,
): BenchTable {
  const ratio = median(ours.map((speed, round) => speed / (bare[round] ?? Number.NaN)));
  const growth = held.ours - held.short;
  return {
    bench: "client",
    rows: [
      { name: "windlass, every commit", value: round(median(ours)), unit: "pages/s" },
      { name: "npm client bitbucket 2.12", value: round(median(npm)), unit: "pages/s" },
      { name: "bare undici loop", value: round(median(bare)), unit: "pages/s" },
      { name: "windlass ÷ bare loop", value: round(ratio), unit: "×" },
      { name: `windlass, heap added at most, ${commits} commits`, value: round(held.ours), unit: "MB" },
      { name: `windlass, heap added at most, ${commits / 10} commits`, value: round(held.short), unit: "MB" },
      { name: "npm client, heap added at most", value: round(held.npm), unit: "MB" },
      { name: "bare loop, heap added at most", value: round(held.bare), unit: "MB" },
    ],
    goals: [
      { goal: `windlass ÷ bare loop ≥ ${leastRatio}`, value: round(ratio), met: ratio >= leastRatio },
      {
        goal: `ten times the commits add ≤ ${mostGrowthMegabytes} MB of heap`,
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
