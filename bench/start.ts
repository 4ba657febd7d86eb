/** Answers: how long from starting the installed package to its first ready answer, and what does it hold when idle? */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { installPackage } from "../tools/package.ts";
import type { BenchTable } from "./table.ts";

const rounds = 11;
const idleMilliseconds = 3_000;

/** The least a Node process can be that answers: what is above it is ours. */
const bareServer = `require("node:http").createServer((q, s) => s.end("ready")).listen(+process.env.PORT, "127.0.0.1")`;

interface Started {
  readonly milliseconds: number;
  readonly idleMegabytes: number;
}

/** Starts the packed package with an existing database, and beside it a bare server of Node's. */
export async function run(): Promise<BenchTable> {
  const folder = mkdtempSync(join(tmpdir(), "windlass-start-"));
  try {
    await installPackage(folder);
    writeFileSync(join(folder, "bare.cjs"), bareServer);
    const main = join(folder, "node_modules", "windlass", "dist", "cli", "main.js");
    const serve = (port: number) => [main, "serve", "--port", `${port}`];
    await startOnce(serve, folder, 0); // makes the database and the key
    const ours: Started[] = [];
    const bare: Started[] = [];
    for (let round = 0; round < rounds; round += 1) {
      // The last round stays up for a while, to be weighed.
      const idle = round === rounds - 1 ? idleMilliseconds : 0;
      bare.push(await startOnce(() => [join(folder, "bare.cjs")], folder, idle));
      ours.push(await startOnce(serve, folder, idle));
    }
    return table(bare, ours);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function table(bare: readonly Started[], ours: readonly Started[]): BenchTable {
  const startMilliseconds = median(ours.map(({ milliseconds }) => milliseconds));
  const idleMegabytes = ours.at(-1)?.idleMegabytes ?? Number.NaN;
  return {
    bench: "start",
    rows: [
      {
        name: "bare node:http, to the first answer",
        value: median(bare.map((b) => b.milliseconds)),
        unit: "ms",
      },
      { name: "windlass serve, to /readyz 200, median", value: startMilliseconds, unit: "ms" },
      { name: "windlass serve, slowest", value: Math.max(...ours.map((o) => o.milliseconds)), unit: "ms" },
      { name: "bare node:http, idle memory", value: bare.at(-1)?.idleMegabytes ?? Number.NaN, unit: "MB" },
      { name: "windlass serve, idle memory", value: idleMegabytes, unit: "MB" },
    ],
    goals: [
      { goal: "from start to /readyz ≤ 350 ms", value: startMilliseconds, met: startMilliseconds <= 350 },
      { goal: "idle memory ≤ 120 MB", value: idleMegabytes, met: idleMegabytes <= 120 },
    ],
  };
}

/** Starts, waits for the first 200, lets it idle, weighs it, ends it. */
async function startOnce(args: (port: number) => string[], cwd: string, idle: number): Promise<Started> {
  const port = await freePort();
  const env = {
    ...process.env,
    PORT: `${port}`,
    AUTH_BITBUCKET_CLIENT_ID: "a-consumer",
    AUTH_BITBUCKET_CLIENT_SECRET: randomBytes(16).toString("hex"),
  };
  const startedAt = performance.now();
  const child = spawn(process.execPath, args(port), { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
  try {
    await untilReady(child, port);
    const milliseconds = performance.now() - startedAt;
    await sleep(idle);
    return { milliseconds, idleMegabytes: residentMegabytes(child.pid) };
  } finally {
    if (child.exitCode === null) {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
  }
}

async function untilReady(child: ChildProcess, port: number): Promise<void> {
  let complaint = "";
  child.stderr?.on("data", (chunk) => {
    complaint += chunk;
  });
  const giveUpAt = performance.now() + 20_000;
  while (performance.now() < giveUpAt) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}: ${complaint}`);
    if ((await statusOf(port)) === 200) return;
    await sleep(3);
  }
  throw new Error(`The server was not ready in 20 s: ${complaint}`);
}

/** Asks once, as cheaply as it can be done: who waits must not take the processor from whoever starts. */
function statusOf(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const request = get({
      host: "127.0.0.1",
      port,
      path: "/readyz",
      agent: false,
      headers: { host: `localhost:${port}` },
    });
    request.once("response", (response) => {
      response.resume();
      resolve(response.statusCode ?? null);
    });
    request.once("error", () => resolve(null));
  });
}

/** A port nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No port was given.");
  return address.port;
}

/** Resident memory as Linux counts it, in MB of 1,000,000 bytes. */
function residentMegabytes(pid: number | undefined): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return (Number(kibibytes) * 1024) / 1_000_000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
