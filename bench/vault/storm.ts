/** Owns a crowd that waits for one renewal: how long until the last has a token, beside the slowed call alone. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { updateConnection } from "../../src/storage/tables/connections.ts";
import { createVault } from "../../src/vault/vault.ts";
import { findAmong } from "../../tests/find-among.ts";
import { fetch } from "../../tests/flows/data-center-place.ts";
import { testKeyrings } from "../../tests/keyrings.ts";
import { silentRecord } from "../../tests/silent-record.ts";
import { addConnections, addConnectionTo } from "../../tests/vault/connections.ts";
import { type Child, startProcess } from "../../tests/vault/world/child.ts";
import { openFarSide } from "../../tests/vault/world/far-side.ts";

const slowedMilliseconds = 100;

/** Milliseconds, the medians of the rounds. */
export async function measureStorm(rounds: number) {
  const farSide = await openFarSide("cloud", undefined);
  const folder = mkdtempSync(join(tmpdir(), "windlass-bench-"));
  const place = join(folder, "windlass.db");
  const clock = systemClock();
  const database = await openDatabase(place, { clock });
  const keyrings = testKeyrings(database, clock);
  const { described: instance, instance: known } = farSide;
  const vault = createVault({
    ...silentRecord(database),
    database,
    keyrings,
    clock,
    fetch,
    instances: findAmong(() => [known]),
  });
  await addConnections(database, clock.now().toISOString());
  const subject = await farSide.subject();
  let made = 0;
  const connectEnded = async () => {
    const id = `con_${made++}_ended`;
    await addConnectionTo(database, id);
    await updateConnection(database.kysely, id, { subject, updated_at: clock.now().toISOString() });
    await vault.keep(id, { ...(await farSide.grant()), expiresAt: new Date(Date.now() - 1_000) });
    return id;
  };
  const setup = { place, instance, leaseSeconds: 30, clockAheadSeconds: 0, at: null };
  const children = await Promise.all(Array.from({ length: 4 }, () => startProcess(setup)));
  /** Until the last of all callers in all processes has its token. */
  const wait = async (crowd: readonly Child[], callers: number) => {
    const connectionIds = [await connectEnded()];
    const reports = await Promise.all(crowd.map((child) => child.ask({ connectionIds, callers })));
    if (reports.some(({ handed }) => handed !== callers)) throw new Error("somebody was handed no token");
    return Math.max(...reports.map(({ milliseconds }) => milliseconds));
  };
  // Each has renewed once before it is measured.
  for (const child of children) await wait([child], 10);
  farSide.slowDown(slowedMilliseconds);
  const times: Record<"call" | "single" | "crowd" | "processes", number[]> = {
    call: [],
    single: [],
    crowd: [],
    processes: [],
  };
  for (let round = 0; round < rounds; round++) {
    times.call.push(await slowedCall(farSide));
    times.single.push(await wait(children.slice(0, 1), 1));
    times.crowd.push(await wait(children.slice(0, 1), 1_000));
    times.processes.push(await wait(children, 1_000));
  }
  await Promise.all(children.map((child) => child.end()));
  await vault.close();
  await database.close();
  await farSide.emulator.close();
  rmSync(folder, { recursive: true, force: true });
  return {
    call: median(times.call),
    single: median(times.single),
    crowd: median(times.crowd),
    processes: median(times.processes),
  };
}

/** The same slowed address, asked by a bare client: what one call takes at least. */
async function slowedCall({ instance }: Awaited<ReturnType<typeof openFarSide>>): Promise<number> {
  const begun = performance.now();
  await globalThis.fetch(instance.urls.token, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "none" }),
  });
  return performance.now() - begun;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
