/** Owns a local Bitbucket, a database on one engine, connections in it whose tokens have ended, and processes over it. */
import { onTestFinished } from "vitest";
import { auditKeys } from "../../../src/app/audit-key.ts";
import { type ChainReport, verifyAudit } from "../../../src/audit/verify.ts";
import type { Secret } from "../../../src/base/secret.ts";
import type { EmulatorOptions } from "../../../src/emulator/emulator.ts";
import type { Engine } from "../../../src/storage/engine.ts";
import { listLeases } from "../../../src/storage/tables/connection-secrets.ts";
import { findConnection, updateConnection } from "../../../src/storage/tables/connections.ts";
import { createVault } from "../../../src/vault/vault.ts";
import { findAmong } from "../../find-among.ts";
import { fetch } from "../../flows/data-center-place.ts";
import { testKeyrings } from "../../keyrings.ts";
import { silentRecord } from "../../silent-record.ts";
import { openEngine } from "../../storage/engines.ts";
import { addConnections, addConnectionTo } from "../connections.ts";
import { type Child, startProcess } from "./child.ts";
import { openFarSide, type Product } from "./far-side.ts";
import type { Setup } from "./order.ts";

export type World = Awaited<ReturnType<typeof openWorld>>;

export interface WorldOptions {
  readonly engine: Engine;
  readonly product: Product;
  readonly rules?: EmulatorOptions["rules"];
  readonly leaseSeconds?: number;
}

/** Everything ends with the test that opened it. */
export async function openWorld({ engine, product, rules, leaseSeconds = 2 }: WorldOptions) {
  const farSide = await openFarSide(product, rules);
  const { emulator, described, instance } = farSide;
  const { clock } = emulator;
  const stored = await openEngine(engine, { clock });
  const children: Child[] = [];
  onTestFinished(async () => {
    await Promise.all(children.map((child) => child.end()));
    await stored.close();
    await emulator.close();
  });
  const { database, place } = stored;
  const keyrings = testKeyrings(database, clock);
  const vault = createVault({
    ...silentRecord(database),
    database,
    keyrings,
    clock,
    fetch,
    instances: findAmong(() => [instance]),
  });
  await addConnections(database, clock.now().toISOString());

  const issued: Secret[] = [];
  return {
    ...farSide,
    /** The tokens the connections were made with. */
    issued,
    vault,
    database,
    place,
    /** Connects so many, each with a grant of its own whose access has just ended. */
    async connectEnded(count: number): Promise<string[]> {
      const subject = await farSide.subject();
      const ids = Array.from({ length: count }, (_, number) => `con_ended_${number}`);
      for (const id of ids) {
        await addConnectionTo(database, id);
        await updateConnection(database.kysely, id, { subject, updated_at: clock.now().toISOString() });
        const tokens = await farSide.grant();
        issued.push(tokens.accessToken, ...(tokens.refreshToken === null ? [] : [tokens.refreshToken]));
        await vault.keep(id, { ...tokens, expiresAt: new Date(clock.now().getTime() - 1_000) });
      }
      return ids;
    },
    /** Who renews it at present. */
    async lease(id: string): Promise<string | null> {
      return (await listLeases(database.kysely, [id]))[0]?.lease_owner ?? null;
    },
    async state(id: string): Promise<readonly [string, string | null]> {
      const row = await findConnection(database.kysely, id);
      return [row?.state ?? "none", row?.state_reason ?? null];
    },
    /** What is wrong with the record; empty when every chain is whole. */
    async wrongInRecord(): Promise<readonly ChainReport[]> {
      const wrong: ChainReport[] = [];
      for await (const chain of verifyAudit({ database, keys: auditKeys(database, keyrings) }))
        if (chain.problems.length > 0) wrong.push(chain);
      return wrong;
    },
    /** A process of its own over the same database; asks when it is told to. */
    async start(
      change: Partial<Pick<Setup, "at" | "clockAheadSeconds" | "leaseSeconds">> = {},
    ): Promise<Child> {
      const setup: Setup = {
        place,
        instance: described,
        leaseSeconds,
        clockAheadSeconds: 0,
        at: null,
        ...change,
      };
      const child = await startProcess(setup);
      children.push(child);
      return child;
    },
  };
}
