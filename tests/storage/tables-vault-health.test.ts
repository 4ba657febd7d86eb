import { expect, test } from "vitest";
import type { ConnectionSecretsTable, ConnectionsTable } from "../../src/storage/schema.ts";
import { prepareInsertAuditEntries } from "../../src/storage/tables/audit.ts";
import { insertSecrets } from "../../src/storage/tables/connection-secrets.ts";
import { insertConnection } from "../../src/storage/tables/connections.ts";
import {
  countConnections,
  countFormerTokens,
  countKeepAlives,
  countRenewals,
  findLatestEntryTime,
  findMiddleKeepAlive,
  findNextTry,
  listNextKeepAlives,
} from "../../src/storage/tables/vault-health.ts";
import { describeEngines, type OpenTestDatabase } from "./engines.ts";
import { addConnection, connection, later, now, secrets } from "./rows.ts";

describeEngines("an operator's counts", (open) => {
  test("connections are counted by state, reason, instance and kind", async () => {
    const { database, add } = await opened(open);
    await add("con_2", { state: "reconnect", state_reason: "vault.reconnect" });
    await add("con_3", { state: "reconnect", state_reason: "vault.reconnect" });
    await add("con_4", { state: "reconnect", state_reason: "vault.rotation_lost" });
    await add("con_5", { instance_id: "acme", kind: "http-access-token" });
    const counts = await countConnections(database.kysely);
    expect(counts).toHaveLength(4);
    expect(counts).toEqual(
      expect.arrayContaining([
        { state: "active", state_reason: null, instance_id: "acme", kind: "http-access-token", count: 1 },
        { state: "active", state_reason: null, instance_id: "bitbucket", kind: "oauth2", count: 1 },
        {
          state: "reconnect",
          state_reason: "vault.reconnect",
          instance_id: "bitbucket",
          kind: "oauth2",
          count: 2,
        },
        {
          state: "reconnect",
          state_reason: "vault.rotation_lost",
          instance_id: "bitbucket",
          kind: "oauth2",
          count: 1,
        },
      ]),
    );
  });

  test("a renewal whose lease runs is held, one whose lease is over or gone is interrupted", async () => {
    const { database, add } = await opened(open);
    expect(await countRenewals(database.kysely, now)).toEqual({ held: 0, interrupted: 0 });
    await add("con_2", {}, { asked_at: now, lease_owner: "a", lease_expires_at: later(1) });
    await add("con_3", {}, { asked_at: later(-9), lease_owner: "b", lease_expires_at: later(-8) });
    await add("con_4", {}, { asked_at: later(-9) });
    expect(await countRenewals(database.kysely, now)).toEqual({ held: 1, interrupted: 2 });
  });

  test("what is kept alive is told in the order it is due, without what waits for a person", async () => {
    const { database, add } = await opened(open);
    const { kysely } = database;
    expect(await findMiddleKeepAlive(kysely)).toBeUndefined();
    expect(await listNextKeepAlives(kysely, 10)).toEqual([]);
    await add("con_2", { state: "reconnect" }, { keep_alive_at: later(-100), updated_at: later(-900) });
    await add("con_3", {}, { keep_alive_at: later(-5), updated_at: later(-500) });
    await add("con_4", {}, { keep_alive_at: later(5), updated_at: later(-400) });
    await add("con_5", {}, { keep_alive_at: null });
    expect(await listNextKeepAlives(kysely, 10)).toEqual([
      { keepAliveAt: later(-5), updatedAt: later(-500) },
      { keepAliveAt: later(5), updatedAt: later(-400) },
    ]);
    expect(await findMiddleKeepAlive(kysely)).toEqual({ keepAliveAt: later(-5), updatedAt: later(-500) });
    expect(await countKeepAlives(kysely, now)).toBe(1);
    expect(await countKeepAlives(kysely, later(-60))).toBe(0);
  });

  test("the next try is that of a renewal that failed", async () => {
    const { database, add } = await opened(open);
    await add("con_2", {}, { failures: 2, retry_at: later(3) });
    await add("con_3", {}, { failures: 0, retry_at: later(3) });
    expect(await findNextTry(database.kysely, "con_2")).toBe(later(3));
    expect(await findNextTry(database.kysely, "con_3")).toBeNull();
    expect(await findNextTry(database.kysely, "con_1")).toBeNull();
  });

  test("former tokens are counted, and the record's latest entry is dated", async () => {
    const { database, add } = await opened(open);
    const { kysely } = database;
    expect(await findLatestEntryTime(kysely)).toBeNull();
    await add("con_2", {}, { sealed_former_refresh_token: "sealed-f", former_until: later(30) });
    const entry = {
      writer_id: "wrt_1",
      event: "connection.made",
      actor: "person",
      project_id: null,
      connection_id: null,
      reason: null,
      facts_json: "{}",
      mac: "mac",
    };
    await prepareInsertAuditEntries(kysely)(kysely, [
      { ...entry, sequence: 1, at: later(2) },
      { ...entry, sequence: 2, at: later(1) },
    ]);
    expect(await countFormerTokens(kysely)).toBe(1);
    expect(await findLatestEntryTime(kysely)).toBe(later(2));
  });
});

async function opened(open: OpenTestDatabase) {
  const { database } = await open();
  await addConnection(database.kysely);
  return {
    database,
    async add(id: string, row: Partial<ConnectionsTable>, held: Partial<ConnectionSecretsTable> = {}) {
      await insertConnection(database.kysely, { ...connection, id, ...row });
      await insertSecrets(database.kysely, { ...secrets, connection_id: id, ...held });
    },
  };
}
