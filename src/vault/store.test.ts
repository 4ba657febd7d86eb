import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { anyCall } from "../../tests/find-among.ts";
import { openVaultRig, type VaultRig } from "../../tests/vault/rig.ts";

let rig: VaultRig;

beforeEach(async () => {
  rig = await openVaultRig();
});
afterEach(() => rig.close());

describe("secrets", () => {
  test("S8: neither the database file nor its log holds a token, before and after refreshing", async () => {
    rig.clock.advance(7200);
    await rig.call();
    await rig.vault.keep("con_2", rig.granted("second"));
    const bytes = await rig.bytes();
    expect(bytes.includes("con_2")).toBe(true);
    for (const secret of [
      "access-0",
      "refresh-0",
      "access-1",
      "refresh-1",
      "access-second",
      "refresh-second",
    ]) {
      for (const spelling of [
        secret,
        Buffer.from(secret).toString("base64").replaceAll("=", ""),
        Buffer.from(secret).toString("hex"),
      ]) {
        expect(bytes.includes(spelling), spelling).toBe(false);
      }
    }
  });

  test("H10: a sealed token copied to another row, column or version does not open", async () => {
    await rig.vault.keep("con_2", rig.granted("second"));
    const rows = await rig.database.kysely.selectFrom("connection_secrets").selectAll().execute();
    const [first, second] = rows;
    const put = (changes: object) =>
      rig.database.kysely
        .updateTable("connection_secrets")
        .set(changes)
        .where("connection_id", "=", "con_1")
        .execute();
    for (const changes of [
      { sealed_access_token: second?.sealed_access_token },
      { sealed_access_token: first?.sealed_refresh_token },
      { version: 7 },
      { sealed_access_token: "access-0" },
    ]) {
      await put(changes);
      expect((await failureOf(rig.call(undefined, rig.anotherVault()))).code).toBe("sealing.does_not_open");
      await put({ ...first });
    }
    expect(await rig.call(undefined, rig.anotherVault())).toBe("Bearer access-0");
  });

  test("J1: neither logs, failures nor the vault itself print a token or the consumer's secret", async () => {
    rig.clock.advance(7200);
    await rig.call();
    rig.endpoint.working.clear();
    const failures = [await failureOf(rig.call("access-1"))];
    rig.endpoint.answer = () =>
      Response.json(
        { error: "invalid_grant", error_description: "refresh-1 consumer-secret" },
        { status: 400 },
      );
    rig.clock.advance(7200);
    failures.push(await failureOf(rig.call()));
    const header = await rig
      .anotherVault()
      .authorize("con_1")(anyCall)
      .catch((error: unknown) => error);
    const printed =
      inspect([rig.vault, failures, rig.logged, header], { depth: 12, showHidden: true }) +
      JSON.stringify(rig.logged);
    for (const secret of ["access-0", "refresh-0", "access-1", "refresh-1", "consumer-secret"]) {
      expect(printed).not.toContain(secret);
    }
    expect(rig.logged.length).toBeGreaterThan(1);
  });
});
