/** Owns starting each server in a process of its own, and asking them by turns. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { askOver, type Checked } from "./lane.ts";

/** Eight browsers at once. */
const connections = 8;

export interface Contestant {
  readonly name: string;
  readonly program: URL;
  readonly argument?: string;
  /** How often it is asked in a round. */
  readonly requests: number;
}

export interface Speed {
  readonly perSecond: number;
  /** Processor time of the server for one check. */
  readonly microseconds: number;
}

/** The medians of the rounds, in the order of the contestants. */
export async function measure(contestants: readonly Contestant[], rounds: number): Promise<Speed[]> {
  const servers: Server[] = [];
  try {
    for (const contestant of contestants) servers.push(await start(contestant));
    const found = servers.map((): Speed[] => []);
    for (let round = 0; round < rounds; round++)
      for (const [index, server] of servers.entries())
        found[index]?.push(await askRound(server, contestants[index]?.requests ?? 1));
    return found.map((speeds) => ({
      perSecond: median(speeds.map(({ perSecond }) => perSecond)),
      microseconds: median(speeds.map(({ microseconds }) => microseconds)),
    }));
  } finally {
    await Promise.all(servers.map(stop));
  }
}

interface Server {
  readonly child: ChildProcess;
  readonly lines: Interface;
  readonly checked: Checked;
}

async function start({ program, argument = "", requests }: Contestant): Promise<Server> {
  const child = spawn(process.execPath, [program.pathname, argument], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, "line");
  const checked = JSON.parse(String(line)) as Checked; // written by the program
  await askOver(connections, Math.ceil(requests / 4), checked);
  return { child, lines, checked };
}

async function askRound(server: Server, requests: number): Promise<Speed> {
  const before = await processorTime(server);
  const perSecond = await askOver(connections, requests, server.checked);
  return { perSecond, microseconds: ((await processorTime(server)) - before) / requests };
}

async function processorTime({ child, lines }: Server): Promise<number> {
  const told = once(lines, "line");
  child.stdin?.write("?\n");
  const { cpuMicroseconds } = JSON.parse(String((await told)[0])) as { cpuMicroseconds: number }; // from `tellBench`
  return cpuMicroseconds;
}

async function stop({ child }: Server): Promise<void> {
  child.stdin?.end();
  await once(child, "exit");
}

/** Of an installed package. */
export function versionOf(name: string): string {
  const manifest = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version; // npm's own file
}

export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
