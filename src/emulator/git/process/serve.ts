/** Owns git commands that are fed and read at the same time, for conversations over a network. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GitFailure } from "../errors.ts";
import { gitEnvironment, harmlessArguments, type Location, workingFolder } from "./environment.ts";

/** What a command is started with. */
export interface Serving {
  readonly command: readonly string[];
  /** `name=value`, on top of what wins over the repository's own configuration anyway. */
  readonly settings: readonly string[];
  /** As `GIT_PROTOCOL` says it; null: the first version. */
  readonly protocol: string | null;
  /** What it reads, until it ends or breaks off. */
  readonly input: AsyncIterable<Uint8Array>;
}

/** A command at work. */
export interface Served {
  /** As it comes. Cancelling ends the process. */
  readonly output: ReadableStream<Uint8Array>;
  /** Its exit code, -1 when it was killed. Throws `git_missing`. */
  readonly exited: Promise<number>;
  /** What it complained about so far. */
  errors(): string;
}

/**
 * Starts git. The process ends when its input breaks off or its output is cancelled, because somebody hung up.
 * @see git(1), "Environment Variables", GIT_PROTOCOL
 */
export function serveGit(location: Location, { command, settings, protocol, input }: Serving): Served {
  const child = spawn(
    "git",
    [...harmlessArguments(), ...settings.flatMap((each) => ["-c", each]), ...command],
    {
      cwd: workingFolder(location),
      env: { ...gitEnvironment(location), ...(protocol === null ? {} : { GIT_PROTOCOL: protocol }) },
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    },
  );
  const exited = exitOf(child);
  exited.catch(() => undefined);
  feed(child, input);
  return { output: outputOf(child), exited, errors: collectErrors(child) };
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** When the source breaks off git meets the end of its input, fails by itself and cleans up behind it, as a killed one could not. */
function feed(child: Child, input: AsyncIterable<Uint8Array>): void {
  // Git that ends before it has read everything is no failure of ours: its exit code tells.
  pipeline(Readable.from(input, { objectMode: false }), child.stdin).catch(() => undefined);
}

function outputOf(child: Child): ReadableStream<Uint8Array> {
  const chunks = child.stdout[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel() {
      child.kill();
    },
  });
}

function exitOf(child: Child): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (cause) =>
      reject(new GitFailure("git_missing", "git could not be started. Is it installed?", cause.message)),
    );
    child.once("close", (code) => resolve(code ?? -1));
  });
}

/** The beginning of it: enough to name the cause, bounded for hostile repositories. */
function collectErrors(child: Child): () => string {
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => {
    if (text.length < 2000) text += chunk.toString("utf8");
  });
  return () => text.trim();
}
