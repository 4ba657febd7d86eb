/** Owns `windlass serve` as a story meets it: started on a free port, waited for, stopped. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const main = join(import.meta.dirname, "../../src/cli/main.ts");

export interface Served {
  /** Everything on standard output and standard error so far. */
  printed(): string;
  /** Sends SIGTERM and waits; gives the exit code. */
  stop(): Promise<number | null>;
}

/** Starts `serve` with these options and waits until it is ready on `port`. */
export async function startServer(
  port: number,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Served> {
  const child = spawn(process.execPath, [main, "serve", ...args], { env: { ...process.env, ...env } });
  const printed: string[] = [];
  child.stdout.on("data", (part: Buffer) => printed.push(String(part)));
  child.stderr.on("data", (part: Buffer) => printed.push(String(part)));
  await ready(child, port, printed);
  return {
    printed: () => printed.join(""),
    async stop() {
      if (child.exitCode !== null) return child.exitCode;
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
      return child.exitCode;
    },
  };
}

async function ready(child: ChildProcess, port: number, printed: readonly string[]): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) throw new Error(`serve ended with ${child.exitCode}: ${printed.join("")}`);
    const answer = await fetch(`http://localhost:${port}/readyz`).catch(() => null);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`serve did not become ready: ${printed.join("")}`);
}
