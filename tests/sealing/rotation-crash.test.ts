import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { rotateKeys } from "../../src/app/keys/rotate.ts";
import { readKeyStatus } from "../../src/app/keys/status.ts";
import { systemClock } from "../../src/base/clock.ts";
import { readKeys } from "../../src/sealing/key.ts";
import { openEngine } from "../storage/engines.ts";
import { addSealedRows, configOf, connectionIds, openEverything, openParts, saveTokens } from "./rig.ts";

const count = 130;

/** `WINDLASS_FULL=1` kills many. */
const kills = process.env.WINDLASS_FULL === "1" ? 200 : 6;

/** "ready", four data keys, two batches of rows and one of private keys, four wrapped anew, "done". */
const lines = 13;

/** The same moments each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** Starts a rotation in another process and kills it so long after it has told so many lines; gives how many it told. */
async function killRotation(place: string, after: number, milliseconds: number): Promise<number> {
  const program = new URL("rotation-victim.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [program, place], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  let told = 0;
  for await (const _line of createInterface({ input: child.stdout })) {
    told += 1;
    if (told === after) void sleep(milliseconds).then(() => child.kill("SIGKILL"));
  }
  await ended;
  return told;
}

test(
  "killed at any moment, a rotation has lost nothing, and the next one goes on to the end",
  async () => {
    const clock = systemClock();
    const { database, place, close } = await openEngine("sqlite", { clock });
    try {
      const start = (onlyLook = false) => openParts(database, configOf(place), { clock, onlyLook });
      const server = await start();
      await addSealedRows(database, server.keyrings, count);
      const random = seeded(20_261_122);
      const told: number[] = [];
      const saved = new Map(connectionIds(count).map((id) => [id, 1]));
      for (let kill = 0; kill < kills; kill++) {
        const dying = killRotation(place, 1 + Math.floor(random() * (lines - 1)), random() * 8);
        // A server that was started before all of them renews meanwhile.
        for (const id of connectionIds(count).filter(() => random() < 0.1)) {
          const version = await saveTokens(database, server.keyrings, id);
          if (version !== null) saved.set(id, version);
          await sleep(10);
        }
        told.push(await dying);
        for (const { keyrings } of [await start(), server])
          expect(await openEverything(database, keyrings, count)).toEqual([...saved.values()]);
      }
      expect(told.filter((each) => each < lines).length).toBeGreaterThan(kills / 2);
      const { rotation } = await readKeyStatus(server);
      const isStopped = rotation?.finishedAt === null;
      const rotated = await rotateKeys(await start(true));
      expect(rotated).toMatchObject({ isResumed: isStopped, closed: [] });
      const status = await readKeyStatus(server);
      expect(status.rowsOnReplaced).toEqual({ connections: 0, instances: 0, sessions: 0, identityKeys: 0 });
      expect(status.wrappingKeys.filter(({ wraps }) => wraps > 0).map(({ id }) => id)).toEqual([
        rotated.wrapperId,
      ]);
      expect(await openEverything(database, server.keyrings, count)).toEqual([...saved.values()]);
      const file = `${place}.key`;
      expect(readKeys(readFileSync(file, "utf8"), file)[0]?.id).toBe(rotated.wrapperId);
      expect((await sql`pragma integrity_check`.execute(database.kysely)).rows).toEqual([
        { integrity_check: "ok" },
      ]);
      expect((await sql`pragma foreign_key_check`.execute(database.kysely)).rows).toEqual([]);
      // One that was killed while it wrote the key file may leave a draft until the next one.
      await rotateKeys(await start(true));
      expect(readdirSync(dirname(place)).filter((name) => name.includes("draft"))).toEqual([]);
    } finally {
      await close();
    }
  },
  60_000 + kills * 5_000,
);
