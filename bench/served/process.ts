/** Owns a server of a bench as a process of its own: started in production mode, asked what it used, ended. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Used } from "./tell.ts";

export interface Served {
  /** What it said of itself when it was ready. */
  readonly told: unknown;
  /** What it has used so far. `weigh`: after a collection. */
  used(question?: "cpu" | "weigh"): Promise<Used>;
  stop(): Promise<void>;
}

/** Reach every contestant, such as `--cpu-prof --cpu-prof-dir=FOLDER`. */
export const contestantOptions = (process.env.BENCH_NODE_OPTIONS ?? "").split(" ").filter(Boolean);

interface Start {
  readonly arguments?: readonly string[];
  /** For Node itself. */
  readonly nodeOptions?: readonly string[];
  /** Whether what it complains of is dropped. */
  readonly isQuiet?: boolean;
}

/** Resolves with the first line it prints. */
export async function startServed(program: URL, start: Start = {}): Promise<Served> {
  const { arguments: rest = [], nodeOptions = [], isQuiet = false } = start;
  const child = spawn(process.execPath, [...nodeOptions, program.pathname, ...rest], {
    stdio: ["pipe", "pipe", isQuiet ? "ignore" : "inherit"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  const lines = createInterface({ input: child.stdout });
  const gone = once(child, "exit");
  const ended = gone.then(() => {
    throw new Error(`${program.pathname} ended`);
  });
  ended.catch(() => {});
  // One that has ended is asked no more; `ended` says so.
  child.stdin.on("error", () => {});
  const next = async (): Promise<unknown> =>
    JSON.parse(String((await Promise.race([once(lines, "line"), ended]))[0]));
  return {
    told: await next(),
    async used(question = "cpu") {
      child.stdin.write(`${question}\n`);
      return (await next()) as Used; // from `tellBench`
    },
    async stop() {
      child.stdin.end();
      await gone;
    },
  };
}
