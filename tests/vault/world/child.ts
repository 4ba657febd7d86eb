/** Owns a process over a world's database, as the test sees it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Order, Report, Setup } from "./order.ts";

export interface Child {
  readonly process: ChildProcess;
  ask(order: Order): Promise<Report>;
  /** Resolves with the step at which it died or froze. */
  readonly reached: Promise<string>;
  /** Resolves when it is gone. */
  readonly gone: Promise<void>;
  end(): Promise<void>;
}

interface Line {
  readonly ready?: true;
  readonly reached?: string;
  readonly report?: Report;
}

/** Starts it and waits until it can be asked. */
export async function startProcess(setup: Setup): Promise<Child> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("process.ts", import.meta.url))], {
    env: {
      ...process.env,
      WINDLASS_WORLD: JSON.stringify(setup),
      // Half of what a process costs is reading its modules.
      NODE_COMPILE_CACHE: join(tmpdir(), "windlass-compile-cache"),
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const gone = once(child, "exit").then(() => {});
  const ready = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<string>();
  const waiting: ((report: Report) => void)[] = [];
  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = JSON.parse(text) as Line; // the process beside this file writes nothing else
    if (line.ready) ready.resolve();
    if (line.reached !== undefined) reached.resolve(line.reached);
    if (line.report !== undefined) waiting.shift()?.(line.report);
  });
  await Promise.race([ready.promise, gone]);
  return {
    process: child,
    gone,
    reached: reached.promise,
    ask(order) {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      return new Promise((resolve) => waiting.push(resolve));
    },
    async end() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}
