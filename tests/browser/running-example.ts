/** Owns an example as a process: from its file, or, in Next, built and started with the packed package. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, globSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { packPackage } from "../../tools/package.ts";

export interface RunningExample {
  /** What it consists of. */
  readonly files: readonly string[];
  stop(): Promise<void>;
}

/** Where it listens, the consumer, the addresses of the local Bitbucket. */
type Environment = Readonly<Record<string, string>>;

const checkout = join(import.meta.dirname, "../..");

/** A file of `examples/`, with `windlass` read from the sources. */
export function startExample(name: string): (environment: Environment) => Promise<RunningExample> {
  const file = join(checkout, `examples/${name}.ts`);
  return async (environment) => {
    const args = ["--import", join(checkout, "tools/from-source.mjs"), file];
    const app = start(process.execPath, args, { environment, cwd: checkout });
    await app.says(/^ready on /);
    return { files: [file], stop: app.stop };
  };
}

/**
 * Next bundles what it can: only the built package is what its users have. The copy lies in the checkout, where Next finds
 * itself and React.
 */
export async function startNext(environment: Environment): Promise<RunningExample> {
  const example = join(checkout, "examples/next");
  const copy = join(checkout, "test-results/next");
  rmSync(copy, { recursive: true, force: true });
  cpSync(example, copy, { recursive: true, filter: (path) => !/(node_modules|\.next)$/.test(path) });
  const installed = join(copy, "node_modules/windlass");
  mkdirSync(installed, { recursive: true });
  const run = promisify(execFile);
  await run("tar", ["xzf", await packPackage(), "-C", installed, "--strip-components=1"]);
  const next = join(checkout, "node_modules/next/dist/bin/next");
  const quiet = { ...environment, NEXT_TELEMETRY_DISABLED: "1" };
  await run(process.execPath, [next, "build"], { cwd: copy, env: { ...process.env, ...quiet } });
  if (existsSync(environment.DATABASE ?? "")) throw new Error("Building the app has made a database.");
  const args = [next, "start", "--hostname", "127.0.0.1", "--port", environment.PORT ?? ""];
  const app = start(process.execPath, args, { environment: quiet, cwd: copy });
  await app.says(/Ready in/);
  const files = globSync("**/*.{ts,tsx}", { cwd: example }).map((path) => join(example, path));
  return {
    files: files.filter((path) => statSync(path).isFile() && !path.endsWith(".d.ts")),
    stop: app.stop,
  };
}

function start(
  program: string,
  args: readonly string[],
  { environment, cwd }: { readonly environment: Environment; readonly cwd: string },
) {
  const child: ChildProcess = spawn(program, args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const { stdout } = child;
  if (stdout === null) throw new Error("its output is piped");
  return {
    async says(sentence: RegExp): Promise<void> {
      for await (const line of createInterface({ input: stdout })) if (sentence.test(line)) return;
      throw new Error(`It ended before it said ${sentence}.`);
    },
    async stop(): Promise<void> {
      child.kill("SIGTERM");
      const [code, signal] = await ended;
      // Next ends by the number of the signal.
      if (![0, 143].includes(code) && signal !== "SIGTERM")
        throw new Error(`It ended with ${code ?? signal}.`);
    },
  };
}
