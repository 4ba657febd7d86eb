import { base64url, CompactEncrypt, FlattenedEncrypt } from "jose";
import { describe, expect, test } from "vitest";
import type { Database } from "../../src/storage/database.ts";
import type { ConnectionSecretsTable } from "../../src/storage/schema.ts";
import { findInstanceRow } from "../../src/storage/tables/instances.ts";
import { failureOf } from "../failure.ts";
import { frozenClock } from "../frozen-clock.ts";
import { openEngine } from "../storage/engines.ts";
import {
  addSealedRows,
  configOf,
  keyText,
  openEverything,
  openParts,
  readVersion,
  secretsOf,
} from "./rig.ts";

const columns = ["sealed_access_token", "sealed_refresh_token", "sealed_former_refresh_token"] as const;

/** `con_0` and `con_3` are of one project, `con_1` of another. */
const ids = ["con_0", "con_1", "con_3"] as const;

async function withRows(work: (rows: Rows) => Promise<void>): Promise<void> {
  const clock = frozenClock();
  const { database, place, close } = await openEngine("sqlite", { clock });
  try {
    const { keyrings } = await openParts(database, configOf(place, keyText(1)), { clock });
    await addSealedRows(database, keyrings, 4);
    await work({
      database,
      readCode: async (id) => (await failureOf(readVersion(database, keyrings, id))).code,
      async write(id, changes) {
        const query = database.kysely.updateTable("connection_secrets").set(changes);
        await query.where("connection_id", "=", id).execute();
      },
      seal: async (project, context, text) => (await keyrings.of(project)).seal(context, text),
      open: async (project, context, sealed) => (await keyrings.of(project)).open(context, sealed),
      readAll: () => openEverything(database, keyrings, 4),
    });
  } finally {
    await close();
  }
}

interface Rows {
  readonly database: Database;
  /** The code of the failure to open a connection. */
  readCode(id: string): Promise<string>;
  /** As somebody who can write to the database. */
  write(id: string, changes: Partial<ConnectionSecretsTable>): Promise<void>;
  seal(project: string, context: Record<string, string>, text: string): Promise<string>;
  open(project: string, context: Record<string, string>, sealed: string): Promise<string>;
  readAll(): Promise<readonly number[]>;
}

/** From each column of each row to each other one. */
const cells = ids.flatMap((id) => columns.map((column) => ({ id, column })));
const moves = cells.flatMap((source) =>
  cells
    .filter((target) => target !== source)
    .map((target) => ({ from: source.id, origin: source.column, to: target.id, target: target.column })),
);

const refused = /^sealing\.(does_not_open|unknown_key)$/;

describe("H10: what somebody who writes to the database puts in another place does not open", () => {
  test("from any column of any row in any other column or row", () =>
    withRows(async ({ database, write, readCode, readAll }) => {
      for (const { from, to, origin, target } of moves) {
        const [source, before] = [await secretsOf(database, from), await secretsOf(database, to)];
        // With the data key's id moved along, and without.
        for (const data_key_id of [before.data_key_id, source.data_key_id]) {
          await write(to, { [target]: source[origin], data_key_id });
          expect(await readCode(to), `${from} ${origin} → ${to} ${target}`).toMatch(refused);
        }
        await write(to, { [target]: before[target], data_key_id: before.data_key_id });
      }
      expect(moves).toHaveLength(9 * 9 - 9);
      expect(await readAll()).toEqual([1, 1, 1, 1]);
    }));

  test("a whole row in another row, with its version and its key", () =>
    withRows(async ({ database, write, readCode }) => {
      for (const [from, to] of [
        ["con_0", "con_3"],
        ["con_0", "con_1"],
      ] as const) {
        const {
          sealed_access_token,
          sealed_refresh_token,
          sealed_former_refresh_token,
          version,
          data_key_id,
        } = await secretsOf(database, from);
        await write(to, {
          sealed_access_token,
          sealed_refresh_token,
          sealed_former_refresh_token,
          version,
          data_key_id,
        });
        expect(await readCode(to)).toBe(
          from === "con_0" && to === "con_3" ? "sealing.does_not_open" : "sealing.unknown_key",
        );
      }
    }));

  test("an older version's tokens under a newer version, and the other way round", () =>
    withRows(async ({ write, readCode, readAll }) => {
      for (const version of [0, 2, 1_000_000_007]) {
        await write("con_0", { version });
        expect(await readCode("con_0")).toBe("sealing.does_not_open");
      }
      await write("con_0", { version: 1 });
      expect(await readAll()).toEqual([1, 1, 1, 1]);
    }));

  test("a connection that was moved to another project takes its tokens nowhere", () =>
    withRows(async ({ database, readCode }) => {
      const query = database.kysely.updateTable("connections").set({ project_id: "prj_1" });
      await query.where("id", "=", "con_0").execute();
      expect(await readCode("con_0")).toBe("sealing.unknown_key");
      // With its data key too: that one is bound to its project.
      await database.kysely
        .updateTable("data_keys")
        .set({ project_id: "prj_1" })
        .where("project_id", "=", "prj_0")
        .execute();
      expect(await readCode("con_0")).toMatch(refused);
    }));

  test("a Server's private key in another Server's row, or as a token, and a token as a private key", () =>
    withRows(async ({ database, write, readCode, open }) => {
      const row = await findInstanceRow(database.kysely, "srv_prj_0");
      const sealed = row?.sealed_private_key ?? "";
      const context = { instance: "srv_prj_0", project: "prj_0", field: "private-key" };
      expect(await open("prj_0", context, sealed)).toBe("private srv_prj_0");
      const elsewhere = { ...context, instance: "srv_prj_1" };
      expect((await failureOf(open("prj_0", elsewhere, sealed))).code).toBe("sealing.does_not_open");
      expect((await failureOf(open("prj_1", { ...elsewhere, project: "prj_1" }, sealed))).code).toBe(
        "sealing.unknown_key",
      );
      const { sealed_access_token: token } = await secretsOf(database, "con_0");
      expect((await failureOf(open("prj_0", context, token))).code).toBe("sealing.does_not_open");
      await write("con_0", { sealed_access_token: sealed });
      expect(await readCode("con_0")).toBe("sealing.does_not_open");
    }));

  test("plain text is not taken for a token, in any dress", () =>
    withRows(async ({ database, write, readCode }) => {
      const { sealed_access_token: sealed } = await secretsOf(database, "con_0");
      const [header = "", ...rest] = sealed.split(".");
      const { kid, ctx } = JSON.parse(Buffer.from(header, "base64url").toString()); // our own header
      const head = (changes: object) =>
        base64url.encode(JSON.stringify({ alg: "dir", enc: "A256GCM", kid, ctx, ...changes }));
      const plain = base64url.encode("access con_0 1");
      const dresses = [
        "access con_0 1",
        "",
        "null",
        plain,
        `${head({})}..${plain}`,
        `${head({ alg: "none" })}...${plain}.`,
        `${head({ alg: "none", enc: "none" })}..${rest[1]}.${plain}.`,
        `${head({})}..${rest[1]}.${plain}.`,
        `${head({})}..${rest[1]}.${plain}.${rest[3]}`,
        `${base64url.encode(JSON.stringify({ alg: "none" }))}.${plain}.`,
        JSON.stringify({ protected: head({}), iv: rest[1], ciphertext: rest[2], tag: rest[3] }),
      ];
      for (const dress of dresses) {
        await write("con_0", { sealed_access_token: dress });
        expect(await readCode("con_0"), dress).toMatch(refused);
      }
    }));

  test("cut off anywhere, with bytes changed, added or taken, or under a key id that is not known", () =>
    withRows(async ({ database, write, readCode }) => {
      const { sealed_access_token: sealed } = await secretsOf(database, "con_0");
      const parts = sealed.split(".");
      const wrong = [
        ...Array.from({ length: 40 }, (_, at) => sealed.slice(0, Math.floor((sealed.length * at) / 40))),
        ...parts.map((_, at) => parts.with(at, `${parts[at]}AAAA`).join(".")),
        ...parts
          .map((part, at) => parts.with(at, part.slice(0, -2)).join("."))
          .filter((text) => text !== sealed),
        `${sealed}.`,
        `.${sealed}`,
        `${sealed}${sealed}`,
        parts.toReversed().join("."),
      ];
      for (const text of wrong) {
        await write("con_0", { sealed_access_token: text });
        expect(await readCode("con_0"), text).toMatch(refused);
      }
      for (const kid of ["key_unknown", "", "../../etc/passwd", 7, null, ["a"], undefined]) {
        const header = JSON.parse(Buffer.from(parts[0] ?? "", "base64url").toString());
        const renamed = parts.with(0, base64url.encode(JSON.stringify({ ...header, kid }))).join(".");
        await write("con_0", { sealed_access_token: renamed });
        expect(await readCode("con_0"), String(kid)).toBe("sealing.unknown_key");
      }
    }));

  test("no other algorithm is taken, whoever holds the key", () =>
    withRows(async ({ database, write, readCode }) => {
      const { sealed_access_token: sealed } = await secretsOf(database, "con_0");
      const { kid, ctx } = JSON.parse(Buffer.from(sealed.split(".")[0] ?? "", "base64url").toString());
      const text = new TextEncoder().encode("access con_0 1");
      const bytes = new Uint8Array(32).fill(1);
      const others = [
        { alg: "dir", enc: "A128CBC-HS256" },
        { alg: "A256KW", enc: "A256GCM" },
        { alg: "A256GCMKW", enc: "A256GCM" },
        { alg: "PBES2-HS256+A128KW", enc: "A256GCM" },
        { alg: "A256GCMKW", enc: "A256CBC-HS512" },
        { alg: "A128KW", enc: "A128GCM" },
      ];
      for (const { alg, enc } of others) {
        const size = alg === "A128KW" ? 16 : 32;
        const foreign = await new CompactEncrypt(text)
          .setProtectedHeader({ alg, enc, kid, ctx })
          .encrypt(bytes.slice(0, size));
        await write("con_0", { sealed_access_token: foreign });
        expect(await readCode("con_0"), `${alg} ${enc}`).toBe("sealing.does_not_open");
      }
      const own = await new CompactEncrypt(text)
        .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid, ctx })
        .encrypt(bytes);
      await write("con_0", { sealed_access_token: own });
      expect(await readCode("con_0")).toBe("sealing.does_not_open");
      const flattened = await new FlattenedEncrypt(text)
        .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid })
        .encrypt(bytes);
      await write("con_0", { sealed_access_token: JSON.stringify(flattened) });
      expect(await readCode("con_0")).toBe("sealing.does_not_open");
    }));

  test("a compressed text, an unknown critical header, and a context of other words are refused", () =>
    withRows(async ({ database, write, readCode, seal }) => {
      const contexts = [
        { connection: "con_0", project: "prj_0", field: "access" },
        { connection: "con_0", project: "prj_0", field: "access", version: "1", more: "" },
        { connection: "con_0", project: "prj_0", field: "access", version: "01" },
        { connection: "con_0", project: "prj_0", field: "access ", version: "1" },
        { connection: "CON_0", project: "prj_0", field: "access", version: "1" },
        {},
      ];
      for (const context of contexts) {
        await write("con_0", { sealed_access_token: await seal("prj_0", context, "access con_0 1") });
        expect(await readCode("con_0"), JSON.stringify(context)).toBe("sealing.does_not_open");
      }
      const { sealed_refresh_token: sealed } = await secretsOf(database, "con_0");
      const parts = (sealed ?? "").split(".");
      const header = JSON.parse(Buffer.from(parts[0] ?? "", "base64url").toString());
      for (const changes of [
        { zip: "DEF" },
        { crit: ["exp"], exp: 1 },
        { ctx: header.ctx.replace("refresh", "access") },
      ]) {
        const changed = parts.with(0, base64url.encode(JSON.stringify({ ...header, ...changes }))).join(".");
        await write("con_0", { sealed_access_token: changed });
        expect(await readCode("con_0"), JSON.stringify(changes)).toBe("sealing.does_not_open");
      }
    }));
});
