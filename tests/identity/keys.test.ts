import { createLocalJWKSet, jwtVerify } from "jose";
import { expect, test } from "vitest";
import { resealAll } from "../../src/app/keys/reseal.ts";
import { createIdentity } from "../../src/identity/identity.ts";
import { createIdentityKeys, keySetSeconds } from "../../src/identity/keys.ts";
import type { Database } from "../../src/storage/database.ts";
import { listIdentityKeys } from "../../src/storage/tables/identity-keys.ts";
import { failureOf } from "../failure.ts";
import { frozenClock } from "../frozen-clock.ts";
import { testKeyrings } from "../keyrings.ts";
import { silentRecord } from "../silent-record.ts";
import { describeEngines } from "../storage/engines.ts";

const day = 86_400;
const rotateSeconds = 30 * day;

function deskAt(database: Database, clock: ReturnType<typeof frozenClock>) {
  const keyrings = testKeyrings(database, clock);
  const keys = createIdentityKeys({
    database,
    keyrings,
    clock,
    audit: silentRecord(database).audit,
    rotateSeconds,
  });
  const settings = {
    issuer: "https://windlass.example.com",
    audience: "backstage",
    lifetimeSeconds: 3_600,
    omitsOwnership: false,
  };
  return { keyrings, keys, identity: createIdentity({ keys, clock, settings, isAlive: async () => true }) };
}

const ada = {
  subject: "user:default/ada",
  ownership: ["user:default/ada", "group:default/team"],
  userId: "usr_ada",
  sessionId: "ses_1",
};

describeEngines("keys of identity tokens", (open) => {
  async function start() {
    const clock = frozenClock();
    const { database } = await open({ clock });
    const desk = deskAt(database, clock);
    const issue = async () => {
      const sessionEndsAt = new Date(clock.now().getTime() + 14 * day * 1_000);
      return (await desk.identity.issue({ ...ada, sessionEndsAt })).token;
    };
    const states = async () => (await desk.keys.list()).map(({ state }) => state);
    return { clock, database, ...desk, issue, states };
  }

  test("there is none before the first token, which makes one", async () => {
    const { keys, issue, states } = await start();
    expect(await keys.list()).toEqual([]);
    await issue();
    expect(await states()).toEqual(["signing"]);
  });

  test("several processes that sign first agree on one key", async () => {
    const { clock, database } = await start();
    const desks = Array.from({ length: 5 }, () => deskAt(database, clock));
    const signers = await Promise.all(desks.map(({ keys }) => keys.signing()));
    expect(new Set(signers.map(({ id }) => id)).size).toBe(1);
    expect(await listIdentityKeys(database.kysely)).toHaveLength(1);
  });

  test("the next one is published before it signs, longer than verifiers keep the set", async () => {
    const { clock, keys, issue, states } = await start();
    await issue();
    const former = (await keys.signing()).id;
    clock.advance(rotateSeconds - 2 * keySetSeconds - 1);
    await issue();
    expect(await states()).toEqual(["signing"]);
    clock.advance(2);
    await issue();
    expect(await states()).toEqual(["signing", "next"]);
    clock.advance(2 * keySetSeconds - 3);
    expect((await keys.signing()).id).toBe(former);
    clock.advance(3);
    expect((await keys.signing()).id).not.toBe(former);
    expect(await states()).toEqual(["former", "signing"]);
  });

  test("nobody asked for months: the next one still comes as announced, and only then", async () => {
    const { clock, keys, issue, states } = await start();
    await issue();
    const former = (await keys.signing()).id;
    clock.advance(3 * rotateSeconds);
    expect((await keys.signing()).id).toBe(former);
    expect(await states()).toEqual(["signing", "next"]);
    clock.advance(2 * keySetSeconds + 1);
    expect((await keys.signing()).id).not.toBe(former);
  });

  test("a former key verifies until its last token has ended, and is gone some time after", async () => {
    const { clock, database, keys, identity, issue, states } = await start();
    const token = await issue();
    await keys.rotate("operator");
    clock.advance(2 * keySetSeconds + 1);
    await issue();
    expect(await states()).toEqual(["former", "signing"]);
    expect(await identity.verify(token)).toMatchObject({ subject: ada.subject, sessionId: ada.sessionId });
    clock.advance(day);
    expect(await states()).toEqual(["signing"]);
    clock.advance(rotateSeconds + day);
    await keys.signing();
    clock.advance(day);
    await keys.rotate("operator");
    expect((await listIdentityKeys(database.kysely)).map(({ number }) => Number(number))).not.toContain(1);
  });

  test("a withdrawn key leaves the set at once, what it signed is refused, and another signs", async () => {
    const { keys, identity, issue } = await start();
    const token = await issue();
    const { id } = await keys.signing();
    await keys.withdraw(id, "operator");
    expect(await keys.list()).toEqual([]);
    expect((await failureOf(identity.verify(token))).code).toBe("identity.token_refused");
    const next = await issue();
    expect(await identity.verify(next)).toMatchObject({ subject: ada.subject });
    expect((await failureOf(keys.withdraw(id, "operator"))).code).toBe("identity.no_key");
    expect((await failureOf(keys.withdraw("idk_none", "operator"))).code).toBe("identity.no_key");
  });

  test("where the key that signs is withdrawn, the published next one signs at once", async () => {
    const { keys, issue } = await start();
    await issue();
    const next = await keys.rotate("operator");
    await keys.withdraw((await keys.signing()).id, "operator");
    expect((await keys.signing()).id).toBe(next);
  });

  test("another process sees a withdrawal within a second", async () => {
    const { clock, database, keys, issue } = await start();
    await issue();
    const other = deskAt(database, clock);
    const { id } = await other.keys.signing();
    await keys.withdraw(id, "operator");
    clock.advance(1);
    expect((await other.keys.signing()).id).not.toBe(id);
  });

  test("where a signing key cannot be opened any more, a new one is made, and the lost one verifies nothing", async () => {
    const { clock, database, keys, issue } = await start();
    await issue();
    const { id } = await keys.signing();
    await database.kysely.updateTable("identity_keys").set({ sealed_private_key: "torn" }).execute();
    const other = deskAt(database, clock);
    expect((await other.keys.signing()).id).not.toBe(id);
    expect((await other.keys.list()).map((key) => key.id)).not.toContain(id);
  });

  test("is sealed anew with the rest when data keys are replaced, and still signs", async () => {
    const { clock, database, keyrings, keys, issue } = await start();
    await issue();
    const before = (await listIdentityKeys(database.kysely))[0];
    await database.kysely.updateTable("data_keys").set({ replaced_at: clock.now().toISOString() }).execute();
    keyrings.forget(null);
    expect(await resealAll({ database, keyrings })).toMatchObject({ resealed: 1, closed: [] });
    const after = (await listIdentityKeys(database.kysely))[0];
    expect(after?.data_key_id).not.toBe(before?.data_key_id);
    const other = deskAt(database, clock);
    expect((await other.keys.signing()).id).toBe((await keys.signing()).id);
  });

  test("no token outlives its session, nor the configured time", async () => {
    const { clock, identity } = await start();
    const inMinutes = (minutes: number) => new Date(clock.now().getTime() + minutes * 60_000);
    const short = await identity.issue({ ...ada, sessionEndsAt: inMinutes(7) });
    expect(short.expiresAt).toEqual(inMinutes(7));
    const long = await identity.issue({ ...ada, sessionEndsAt: inMinutes(700) });
    expect(long.expiresAt).toEqual(inMinutes(60));
    clock.advance(7 * 60);
    expect((await failureOf(identity.verify(short.token))).code).toBe("identity.token_refused");
    expect(await identity.verify(long.token)).toMatchObject({ userId: ada.userId });
  });

  test("says who, what they own, and a proof of the reduced token that is valid by itself", async () => {
    const { clock, keys, issue } = await start();
    const token = await issue();
    const keySet = createLocalJWKSet({ keys: (await keys.list()).map(({ publicJwk }) => publicJwk) });
    const currentDate = clock.now();
    const { payload, protectedHeader } = await jwtVerify(token, keySet, {
      currentDate,
      audience: "backstage",
    });
    expect(protectedHeader).toMatchObject({ typ: "vnd.backstage.user", alg: "ES256" });
    expect(payload).toMatchObject({ sub: ada.subject, ent: ada.ownership, sid: "ses_1" });
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
    const { sub, iat, exp, uip } = payload;
    const header = { typ: "vnd.backstage.limited-user", alg: "ES256", kid: protectedHeader.kid };
    const limited = `${encode(header)}.${encode({ sub, iat, exp })}.${uip}`;
    expect((await jwtVerify(limited, keySet, { currentDate })).payload).toEqual({ sub, iat, exp });
  });
});
