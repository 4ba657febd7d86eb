/** Owns running the command line from the outside, as a person or a script does. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const main = join(import.meta.dirname, "../src/cli/main.ts");

export interface Running<Line> {
  /** The first line it printed. */
  readonly line: Line;
  /** Everything on standard output and standard error so far. */
  printed(): string;
  /** Sends SIGTERM and waits; gives the exit code. */
  stop(): Promise<number | null>;
}

interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a command that serves (`emulate --json`, `demo --json`) and waits for its line. */
export async function startWindlass<Line>(
  args: readonly string[],
  options: StartOptions = {},
): Promise<Running<Line>> {
  const { line, ...running } = await startPrinting(args, options);
  return { line: JSON.parse(line) as Line, ...running }; // the caller names what the command prints
}

/** Starts a command that serves and waits for the first line it prints, as it stands. */
export async function startPrinting(
  args: readonly string[],
  { cwd, env }: StartOptions = {},
): Promise<Running<string>> {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
  });
  const printed: string[] = [];
  child.stdout.on("data", (part: Buffer) => printed.push(part.toString()));
  child.stderr.on("data", (part: Buffer) => printed.push(part.toString()));
  const stop = () => end(child);
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`windlass ${args.join(" ")} ended with ${code}:\n${printed.join("")}`);
  });
  ended.catch(() => {});
  const first = once(createInterface({ input: child.stdout }), "line").then(([line]) => String(line));
  return { line: await Promise.race([first, ended]), printed: () => printed.join(""), stop };
}

async function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
  return child.exitCode;
}

/** Runs a command to its end. */
export async function runWindlass(
  args: readonly string[],
  options: {
    readonly input?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
  } = {},
): Promise<{ readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }> {
  const env = { ...process.env, ...options.env };
  const child = spawn(process.execPath, [main, ...args], { env, ...(options.cwd && { cwd: options.cwd }) });
  const [stdout, stderr]: [string[], string[]] = [[], []];
  child.stdout.on("data", (part: Buffer) => stdout.push(part.toString()));
  child.stderr.on("data", (part: Buffer) => stderr.push(part.toString()));
  child.stdin.end(options.input ?? "");
  await once(child, "close");
  return { exitCode: child.exitCode, stdout: stdout.join(""), stderr: stderr.join("") };
}
