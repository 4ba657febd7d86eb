/** Owns git commands that run once: their whole output, or a stream of it. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { GitFailure } from "../errors.ts";
import { gitEnvironment, harmlessArguments, type Location, workingFolder } from "./environment.ts";

/** How a finished command ended. */
export interface Finished {
  readonly exitCode: number;
  readonly output: Buffer;
  readonly errors: string;
}

/**
 * Runs git to its end and returns all it printed, whatever its exit code. `input` becomes its standard input.
 * Throws `git_missing` when it cannot start.
 */
export async function runGit(location: Location, command: readonly string[], input = ""): Promise<Finished> {
  const child = start(
    [...harmlessArguments(), ...command],
    workingFolder(location),
    gitEnvironment(location),
  );
  return finish(child, input);
}

/** As {@link runGit}, in a folder that is not known to be a repository yet. */
export async function runGitIn(folder: string, command: readonly string[]): Promise<Finished> {
  return finish(start([...harmlessArguments(), ...command], folder, gitEnvironment()), "");
}

/** As {@link runGit}, returning the output alone; any other exit code than 0 throws `failed`. */
export async function gitOutput(location: Location, command: readonly string[], input = ""): Promise<Buffer> {
  const { exitCode, output, errors } = await runGit(location, command, input);
  if (exitCode !== 0) throw new GitFailure("failed", `git ${command[0]} failed.`, errors);
  return output;
}

/**
 * Starts git and returns its output as it comes, for answers that may not fit into memory. The process ends when the
 * stream is cancelled. A failure in the middle errors the stream.
 */
export function streamGit(location: Location, command: readonly string[]): ReadableStream<Uint8Array> {
  const child = start(
    [...harmlessArguments(), ...command],
    workingFolder(location),
    gitEnvironment(location),
  );
  child.stdin.on("error", () => undefined);
  child.stdin.end();
  const errors = collectErrors(child);
  const chunks = child.stdout[Symbol.asyncIterator]();
  const exited = exitOf(child);
  exited.catch(() => undefined);
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (!done) return controller.enqueue(value);
      const exitCode = await exited;
      if (exitCode === 0) return controller.close();
      controller.error(new GitFailure("failed", `git ${command[0]} failed.`, errors()));
    },
    cancel() {
      child.kill();
    },
  });
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

function start(args: readonly string[], folder: string, environment: NodeJS.ProcessEnv): Child {
  return spawn("git", args, {
    cwd: folder,
    env: environment,
    stdio: ["pipe", "pipe", "pipe"],
    windowsHide: true,
  });
}

async function finish(child: Child, input: string): Promise<Finished> {
  // A command that ends before it has read everything is no failure of ours: its exit code tells.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const errors = collectErrors(child);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const exitCode = await exitOf(child);
  return { exitCode, output: Buffer.concat(chunks), errors: errors() };
}

function exitOf(child: Child): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (cause) =>
      reject(new GitFailure("git_missing", "git could not be started. Is it installed?", cause.message)),
    );
    child.once("close", (code) => resolve(code ?? -1));
  });
}

/** Keeps the beginning of what git complains about: enough to name the cause, bounded for hostile repositories. */
function collectErrors(child: Child): () => string {
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => {
    if (text.length < 2000) text += chunk.toString("utf8");
  });
  return () => text.trim();
}
