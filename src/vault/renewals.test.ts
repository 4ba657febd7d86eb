import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { testKeyrings } from "../../tests/keyrings.ts";
import { silentRecord } from "../../tests/silent-record.ts";
import { addConnectionTo } from "../../tests/vault/connections.ts";
import { openVaultRig, type VaultRig } from "../../tests/vault/rig.ts";
import type { Audit } from "../audit/audit.ts";
import { sealingErrors } from "../sealing/errors.ts";
import type { Keyrings } from "../sealing/keyrings.ts";

let rig: VaultRig;

beforeEach(async () => {
  rig = await openVaultRig();
});
afterEach(() => rig.close());

const leaseOf = async () =>
  rig.database.kysely
    .selectFrom("connection_secrets")
    .select(["lease_owner", "asked_at", "failures", "retry_at"])
    .where("connection_id", "=", "con_1")
    .executeTakeFirstOrThrow();

const away = () => sealingErrors.fail("sealing.key_service_failed");

/** Keyrings whose key service can be away. */
function shakyKeyrings(): Keyrings & { isAway: boolean } {
  const whole = testKeyrings(rig.database, rig.clock);
  const keyrings = {
    isAway: false,
    of: (owner: string | null) => (keyrings.isAway ? Promise.reject(away()) : whole.of(owner)),
    forget: whole.forget,
  };
  return keyrings;
}

/** A record that refuses the next so many entries. */
function shakyAudit(failure: () => Error): Audit & { refusals: number; isKeyAway: boolean } {
  const { audit: whole } = silentRecord(rig.database);
  const audit = {
    refusals: 0,
    isKeyAway: false,
    async prepare() {
      if (audit.isKeyAway) throw failure();
    },
    write: whole.write,
    transaction: ((work) => {
      if (audit.isKeyAway) return Promise.reject(failure());
      if (audit.refusals <= 0) return whole.transaction(work);
      audit.refusals -= 1;
      return Promise.reject(failure());
    }) satisfies Audit["transaction"] as Audit["transaction"],
  };
  return audit;
}

describe("Bitbucket is asked for nothing that could not be kept", () => {
  test("while the key service is away: nothing is blamed, and it works when that is back", async () => {
    const keyrings = shakyKeyrings();
    const vault = rig.anotherVault(undefined, { keyrings });
    expect(await rig.call(undefined, vault)).toBe("Bearer access-0");
    rig.clock.advance(7200);
    keyrings.isAway = true;
    expect(await failureOf(rig.call(undefined, vault))).toMatchObject({ code: "sealing.key_service_failed" });
    expect(rig.endpoint.presented).toEqual([]);
    expect(await leaseOf()).toEqual({
      lease_owner: null,
      asked_at: null,
      failures: 1,
      retry_at: expect.any(String),
    });
    expect(await rig.state()).toEqual(["active", null]);
    keyrings.isAway = false;
    rig.clock.advance(60);
    expect(await rig.call(undefined, vault)).toBe("Bearer access-1");
    expect(await leaseOf()).toMatchObject({ failures: 0, retry_at: null });
  });

  test("while the record's key cannot be read: a token that is good goes on, and another is got later", async () => {
    const audit = shakyAudit(away);
    const vault = rig.anotherVault(undefined, { audit });
    rig.clock.advance(7200 - 200);
    audit.isKeyAway = true;
    expect(await rig.call(undefined, vault)).toBe("Bearer access-0");
    await expect.poll(async () => (await leaseOf()).retry_at).not.toBeNull();
    expect(rig.endpoint.presented).toEqual([]);
    expect(await leaseOf()).toMatchObject({ lease_owner: null, asked_at: null, failures: 1 });
    audit.isKeyAway = false;
    rig.clock.advance(300);
    expect(await rig.call(undefined, vault)).toBe("Bearer access-1");
    expect(rig.endpoint.presented).toEqual(["refresh-0"]);
  });

  test("while its instance cannot be found: no intent is left behind", async () => {
    const vault = rig.anotherVault(undefined, { instances: () => Promise.reject(new Error("no answer")) });
    await rig.database.kysely
      .updateTable("connection_secrets")
      .set({ access_expires_at: rig.clock.now().toISOString() })
      .execute();
    await expect(vault.renew("con_1")).rejects.toThrow("no answer");
    expect(await leaseOf()).toMatchObject({ lease_owner: null, asked_at: null, failures: 1 });
  });
});

describe("a failure that is known", () => {
  const refuse = () => Response.json({ error: "invalid_grant" }, { status: 400 });

  test("is written down although the database is away for a moment", async () => {
    const audit = shakyAudit(() => new Error("away"));
    const vault = rig.anotherVault(undefined, { audit });
    rig.clock.advance(7200);
    rig.endpoint.answer = () => {
      audit.refusals = 3;
      return refuse();
    };
    expect((await failureOf(rig.call(undefined, vault))).code).toBe("vault.reconnect");
    expect(await rig.state()).toEqual(["reconnect", "vault.reconnect"]);
    expect(await leaseOf()).toMatchObject({ lease_owner: null, asked_at: null });
  });

  test("keeps nobody waiting when it cannot be written down at all", async () => {
    const audit = shakyAudit(() => new Error("away"));
    const vault = rig.anotherVault(undefined, { audit, leaseSeconds: 0.3 });
    rig.clock.advance(7200);
    rig.endpoint.answer = () => {
      audit.refusals = Number.POSITIVE_INFINITY;
      return refuse();
    };
    await expect(rig.call(undefined, vault)).rejects.toThrow("away");
    audit.refusals = 0;
    rig.endpoint.answer = null;
    rig.clock.advance(60);
    expect(await rig.call(undefined, vault)).toBe("Bearer access-1");
  });
});

test("tokens that cannot be saved yet keep no other connection from being renewed", async () => {
  const audit = shakyAudit(() => new Error("full"));
  const vault = rig.anotherVault(undefined, { audit });
  const ids = Array.from({ length: 20 }, (_, number) => `con_many_${number}`);
  for (const id of ids) {
    await addConnectionTo(rig.database, id);
    rig.endpoint.working.add(`refresh-${id}`);
    await vault.keep(id, rig.granted(id));
  }
  rig.clock.advance(7200);
  audit.refusals = Number.POSITIVE_INFINITY;
  const renewals = Promise.all(ids.map((id) => vault.renew(id)));
  await expect.poll(() => rig.endpoint.presented.length, { timeout: 5_000 }).toBe(ids.length);
  audit.refusals = 0;
  await renewals;
  expect(new Set(rig.endpoint.presented).size).toBe(ids.length);
});
