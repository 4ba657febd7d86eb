import { sql } from "kysely";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { auditKeys } from "../../src/app/audit-key.ts";
import { watchAudit } from "../../src/app/audit-watch.ts";
import { createHealth } from "../../src/app/health.ts";
import { createAudit } from "../../src/audit/audit.ts";
import { cloudInstance } from "../../src/bitbucket/cloud.ts";
import { createGauges } from "../../src/operator/gauges.ts";
import { createMeters } from "../../src/operator/meters.ts";
import { insertConnection } from "../../src/storage/tables/connections.ts";
import { createVault } from "../../src/vault/vault.ts";
import { findAmong } from "../find-among.ts";
import { frozenClock } from "../frozen-clock.ts";
import { testKeyrings } from "../keyrings.ts";
import { silentRecord } from "../silent-record.ts";
import { describeEngines, openEngine } from "../storage/engines.ts";
import { addConnection, connection } from "../storage/rows.ts";
import { openVaultRig } from "../vault/rig.ts";

const wellWritten = () => ({ failingSince: null, code: null });
const noKeys = { list: () => [], keyFile: null, isMade: false };

describeEngines("health", (open) => {
  test("is read once for all who ask at the same time or soon after", async () => {
    const { database } = await open();
    await addConnection(database.kysely);
    const health = createHealth({
      database,
      clock: frozenClock(),
      keys: noKeys,
      configured: new Map(),
      recordStanding: wellWritten,
    });
    const [first, second] = await Promise.all([health.read(), health.read()]);
    await insertConnection(database.kysely, { ...connection, id: "con_2" });
    expect(second).toBe(first);
    expect(await health.read()).toBe(first);
    expect(first.stored?.connections).toMatchObject([{ instance: "of-projects", count: 1 }]);
  });

  test("of a database that is gone nothing is told, and its gauges go", async () => {
    const { database } = await open();
    const register = new Registry();
    const setGauges = createGauges(register);
    const parts = {
      clock: frozenClock(),
      keys: noKeys,
      configured: new Map(),
      recordStanding: wellWritten,
    };
    setGauges(await createHealth({ ...parts, database }).read());
    expect(await register.metrics()).toContain("windlass_vault_leases_held 0");
    await database.close();
    const facts = await createHealth({ ...parts, database }).read();
    expect(facts.stored).toBeNull();
    setGauges(facts);
    const text = await register.metrics();
    expect(text).toContain("windlass_database_up 0");
    expect(text).not.toMatch(/^windlass_vault_leases_held/m);
    expect(text).not.toMatch(/^windlass_connections\{/m);
  });
});

test("a record that cannot be written is noticed, and so is its recovery", async () => {
  const opened = await openEngine("sqlite");
  const { database } = opened;
  const clock = frozenClock();
  const keys = auditKeys(database, testKeyrings(database, clock));
  const { audit, standing } = watchAudit(createAudit({ database, keys, clock }), clock);
  const write = () => audit.write({ event: "connection.made", actor: "x".repeat(20_000) });
  await write();
  expect(standing()).toEqual({ failingSince: null, code: null });
  await sql`pragma max_page_count = 1`.execute(database.kysely);
  await expect(write()).rejects.toMatchObject({ code: "storage.full" });
  const since = clock.now();
  clock.advance(60);
  await expect(write()).rejects.toMatchObject({ code: "storage.full" });
  expect(standing()).toEqual({ failingSince: since, code: "storage.full" });
  await expect(audit.transaction(() => Promise.reject(new Error("mine")))).rejects.toThrow("mine");
  expect(standing().failingSince).toEqual(since);
  await sql`pragma max_page_count = 1000000`.execute(database.kysely);
  await write();
  expect(standing()).toEqual({ failingSince: null, code: null });
  await opened.close();
});

test("a vault tells the meters of renewals, of waiting, of what it hands out, and of a refused consumer", async () => {
  const rig = await openVaultRig();
  const register = new Registry();
  const meters = createMeters(register, rig.clock);
  const vault = createVault({
    database: rig.database,
    keyrings: testKeyrings(rig.database, rig.clock),
    ...silentRecord(rig.database),
    clock: rig.clock,
    fetch: rig.endpoint.fetch,
    instances: findAmong(() => [cloudInstance({ clientId: "key", clientSecret: "consumer-secret" })]),
    meter: meters.meter,
  });
  rig.clock.advance(3 * 3600);
  await vault.token("con_1", { caller: "test" });
  rig.clock.advance(3 * 3600);
  rig.endpoint.takesSecret = false;
  rig.endpoint.answer = () => Response.json({ error: "unauthorized_client" }, { status: 400 });
  await expect(vault.token("con_1", { caller: "test" })).rejects.toMatchObject({
    code: "vault.consumer_refused",
  });
  const text = await register.metrics();
  expect(text).toContain('windlass_vault_renewals_total{outcome="renewed"} 1');
  expect(text).toContain('windlass_vault_renewal_failures_total{reason="vault.consumer_refused"} 1');
  expect(text).toContain("windlass_vault_renewal_wait_seconds_count 2");
  expect(text).toContain("windlass_vault_tokens_handed_out_total 1");
  expect(text).not.toMatch(/access-|refresh-\d|con_1/);
  expect(meters.refusedInstances()).toEqual(["bitbucket"]);
  await vault.close();
  await rig.close();
});
