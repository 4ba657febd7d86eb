import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import type { ChainHead } from "../../src/audit/chain.ts";
import { listAuditWriters, readAuditChain } from "../../src/storage/tables/audit.ts";
import { frozenClock } from "../frozen-clock.ts";
import { engines, openEngine } from "../storage/engines.ts";
import { problemsOf } from "./rig.ts";

const clock = frozenClock();
/** Pairs of writers killed on each engine. `WINDLASS_FULL=1` kills many. */
const crashes = process.env.WINDLASS_FULL === "1" ? 100 : 3;

/** The same moments in every run, as far as two processes and a disk allow. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function start(place: string): ChildProcess {
  const program = new URL("crash-writer.ts", import.meta.url).pathname;
  return spawn(process.execPath, [program, place], { stdio: ["ignore", "pipe", "inherit"] });
}

/** Kills without warning some moment after the first `lines`; gives the head told last. */
async function killAfter(child: ChildProcess, lines: number, milliseconds: number): Promise<ChainHead> {
  if (child.stdout === null) throw new Error("started with a pipe");
  const ended = once(child, "exit");
  const told: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    told.push(line);
    if (told.length === lines) setTimeout(() => child.kill("SIGKILL"), milliseconds);
  }
  expect((await ended)[1]).toBe("SIGKILL");
  const [writerId = "", sequence, mac = ""] = (told.at(-1) ?? "").split(":");
  return { writerId, sequence: Number(sequence), mac };
}

test.each(engines)(
  "killed at any moment on %s, a writer leaves a chain that is whole, with all it was told is there",
  async (engine) => {
    const random = seeded(20_261_122);
    const { database, place, close } = await openEngine(engine, { clock });
    try {
      const heads: ChainHead[] = [];
      for (let crash = 0; crash < crashes; crash++) {
        const writers = [start(place), start(place)];
        const kill = (child: ChildProcess) => killAfter(child, 1 + Math.floor(random() * 20), random() * 30);
        heads.push(...(await Promise.all(writers.map(kill))));
      }
      expect(await problemsOf(database, clock, heads)).toEqual([]);
      for (const { id } of await listAuditWriters(database.kysely)) {
        const entries = await readAuditChain(database.kysely, id, { after: null, limit: 1_000_000 });
        const count = (event: string) => entries.filter((entry) => entry.event === event).length;
        expect(count("connection.refreshed")).toBe(count("connection.state_changed"));
      }
    } finally {
      await close();
    }
  },
  60_000 + crashes * 10_000,
);
