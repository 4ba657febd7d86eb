/** Owns git processes that live long: questions in, answers out in the same order, a new process when one dies. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { GitFailure } from "../errors.ts";
import { gitEnvironment, harmlessArguments, type Location, workingFolder } from "./environment.ts";
import { growingBuffer } from "./growing-buffer.ts";

/**
 * Tries to read one answer from the beginning of `bytes`; null while it is not whole yet. The bytes are overwritten
 * afterwards: what is kept of them must be copied.
 */
export type ReadAnswer<T> = (bytes: Buffer) => { readonly value: T; readonly length: number } | null;

/** A git process one can talk to. */
export interface Conversation {
  /** Sends `request` at once; answers are read in the order of the requests. Throws `failed` if git dies of it twice. */
  ask<T>(request: string, read: ReadAnswer<T>): Promise<T>;
  close(): Promise<void>;
}

interface Pending {
  readonly request: string;
  /** How many bytes the answer took; null while it is not whole. */
  readonly offer: (bytes: Buffer) => number | null;
  readonly reject: (reason: unknown) => void;
  deaths: number;
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** Opens a conversation with `git COMMAND`. The process starts with the first question. */
export function converse(location: Location, command: readonly string[]): Conversation {
  const pending: Pending[] = [];
  let child: Child | null = null;
  let closed = false;
  let inbox = growingBuffer();

  const deliver = (chunk: Buffer) => {
    inbox.append(chunk);
    for (let first = pending[0]; first !== undefined; first = pending[0]) {
      const used = first.offer(inbox.bytes());
      if (used === null) return;
      pending.shift();
      inbox.drop(used);
    }
  };

  /** Only the question that was being answered can be the cause: the others are asked again without blame. */
  const onDeath = (dead: Child, reason: GitFailure) => {
    if (child !== dead) return;
    child = null;
    inbox = growingBuffer();
    const first = pending[0];
    if (first !== undefined && (++first.deaths > 1 || closed || reason.code === "git_missing")) {
      pending.shift();
      first.reject(reason);
    }
    if (pending.length > 0) for (const question of pending) running().stdin.write(question.request);
  };

  const running = (): Child => {
    if (child !== null) return child;
    const started = start(location, command);
    child = started;
    started.stdout.on("data", (chunk: Buffer) => {
      if (child === started) deliver(chunk);
    });
    started.once("error", (cause) =>
      onDeath(
        started,
        new GitFailure("git_missing", "git could not be started. Is it installed?", cause.message),
      ),
    );
    started.once("close", (code) =>
      onDeath(
        started,
        new GitFailure("failed", `git ${command[0]} ended unexpectedly.`, `exit code ${code}`),
      ),
    );
    return started;
  };

  return {
    ask<T>(request: string, read: ReadAnswer<T>) {
      if (closed) return Promise.reject(new GitFailure("failed", "The repository has been closed."));
      return new Promise<T>((resolve, reject) => {
        const offer = (bytes: Buffer) => {
          const answer = read(bytes);
          if (answer === null) return null;
          resolve(answer.value);
          return answer.length;
        };
        const process = running();
        pending.push({ request, offer, reject, deaths: 0 });
        process.stdin.write(request);
      });
    },
    async close() {
      closed = true;
      const last = child;
      if (last === null) return;
      const gone = new Promise((resolve) => last.once("close", resolve));
      last.stdin.end();
      await gone;
    },
  };
}

function start(location: Location, command: readonly string[]): Child {
  const child = spawn("git", [...harmlessArguments(), ...command], {
    cwd: workingFolder(location),
    env: gitEnvironment(location),
    stdio: ["pipe", "pipe", "ignore"],
    windowsHide: true,
  });
  // Writing to a process that has just died: its end is told by "close".
  child.stdin.on("error", () => undefined);
  return child;
}
