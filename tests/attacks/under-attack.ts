/** Owns starting a server under attack, and asking it what only its own process knows. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compiledOnce } from "./compiled.ts";

/** What a configuration file could hold, as JSON; `baseUrl`, `listen` and `database` are the server's own. */
export type PlainConfig = Readonly<Record<string, unknown>>;

export interface ServerStart {
  readonly config: PlainConfig;
  /** 0 for any. */
  readonly port: number;
}

export type Question =
  | { readonly id: number; readonly ask: "advance"; readonly seconds: number }
  | { readonly id: number; readonly ask: "now" | "log" | "memory" | "close" };

export interface Told {
  readonly id: number;
  readonly value: string | number;
  /** Why it did not start. */
  readonly failure?: string;
}

/** What is known of a server whose process is ours. */
export interface Inside {
  /** Moves its time by so much: forward, or back. */
  advance(seconds: number): Promise<void>;
  now(): Promise<Date>;
  /** Everything it has logged, at every level. */
  log(): Promise<string>;
  /** Every byte its database lies in, write-ahead log included. */
  databaseBytes(): Buffer;
  /** The SQLite file. */
  readonly databaseFile: string;
  /** Bytes of heap in use after collecting garbage. */
  memory(): Promise<number>;
}

export interface ServerUnderAttack {
  readonly origin: string;
  readonly inside: Inside;
  /** Ends it as `kill -9` would. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** A process that loads the server, and waits to be told which one it is. */
export interface WaitingProcess {
  readonly folder: string;
  readonly child: ChildProcess;
  /** Ends it, by `stop` where it has become a server. */
  end(stop?: () => void): Promise<void>;
}

export function prepareProcess(): WaitingProcess {
  const folder = mkdtempSync(join(tmpdir(), "windlass-attacks-"));
  const child = fork(join(import.meta.dirname, "server.ts"), {
    cwd: folder,
    env: compiledOnce,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    execArgv: [...process.execArgv.filter((word) => !/^--(inspect|test)/.test(word)), "--expose-gc"],
  });
  const gone = once(child, "exit");
  return {
    folder,
    child,
    async end(stop = () => child.kill("SIGKILL")) {
      if (child.exitCode === null && child.signalCode === null) {
        stop();
        await gone;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Makes a server of the process, or throws what it says instead; over the database of `beside` where that is given, as a
 * second process of the same installation.
 */
export async function startUnderAttack(
  { folder, child, end }: WaitingProcess,
  config: PlainConfig,
  beside?: { readonly inside: Pick<Inside, "databaseFile"> },
): Promise<ServerUnderAttack> {
  const databaseFile = beside?.inside.databaseFile ?? join(folder, "windlass.db");
  const ask = asking(child);
  child.send({ config: { ...config, database: databaseFile }, port: 0 } satisfies ServerStart);
  const origin = await ask.started.then(String, async (error: unknown) => {
    await end();
    throw error;
  });
  return {
    origin,
    inside: {
      advance: async (seconds) => void (await ask({ ask: "advance", seconds })),
      now: async () => new Date(String(await ask({ ask: "now" }))),
      log: async () => String(await ask({ ask: "log" })),
      memory: async () => Number(await ask({ ask: "memory" })),
      databaseBytes: () => bytesOf(databaseFile),
      databaseFile,
    },
    kill: () => end(),
    close: () => end(() => void ask({ ask: "close" }).catch(() => {})),
  };
}

type Unnumbered<Each> = Each extends unknown ? Omit<Each, "id"> : never;

function asking(child: ChildProcess) {
  const waiting = new Map<number, PromiseWithResolvers<string | number>>();
  const started = Promise.withResolvers<string | number>();
  waiting.set(0, started);
  let last = 0;
  child.on("message", ({ id, value, failure }: Told) => {
    if (failure === undefined) waiting.get(id)?.resolve(value);
    else waiting.get(id)?.reject(new Error(failure));
    waiting.delete(id);
  });
  child.once("exit", (code) => {
    for (const { reject } of waiting.values())
      reject(new Error(`the server under attack ended with ${code}`));
  });
  const ask = (question: Unnumbered<Question>) => {
    last += 1;
    const answer = Promise.withResolvers<string | number>();
    waiting.set(last, answer);
    child.send({ ...question, id: last });
    return answer.promise;
  };
  return Object.assign(ask, { started: started.promise });
}

function bytesOf(databaseFile: string): Buffer {
  const folder = join(databaseFile, "..");
  const files = readdirSync(folder).filter((name) => name.startsWith("windlass.db"));
  return Buffer.concat(files.map((name) => readFileSync(join(folder, name))));
}
