/** Owns running the command line from the outside, as a person or a script does. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const main = join(import.meta.dirname, "../src/cli/main.ts");

export interface Running<Line> {
  /** The first line it printed, as JSON. */
  readonly line: Line;
  /** Everything on standard output and standard error so far. */
  printed(): string;
  /** Sends SIGTERM and waits; gives the exit code. */
  stop(): Promise<number | null>;
}

/** Starts a command that serves (`emulate --json`, `demo --json`) and waits for its line. */
export async function startWindlass<Line>(
  args: readonly string[],
  options: { readonly cwd?: string } = {},
): Promise<Running<Line>> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"], ...options });
  const printed: string[] = [];
  child.stdout.on("data", (part: Buffer) => printed.push(part.toString()));
  child.stderr.on("data", (part: Buffer) => printed.push(part.toString()));
  const stop = () => end(child);
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`windlass ${args.join(" ")} ended with ${code}:\n${printed.join("")}`);
  });
  ended.catch(() => {});
  const first = once(createInterface({ input: child.stdout }), "line").then(([line]) => String(line));
  const line = await Promise.race([first, ended]);
  return { line: JSON.parse(line) as Line, printed: () => printed.join(""), stop }; // the caller names what the command prints
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
