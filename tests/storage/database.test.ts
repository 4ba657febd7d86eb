import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "../../src/storage/database.ts";
import { type Migration, migrations } from "../../src/storage/migrate.ts";
import { openAndMigrateSqlite } from "../../src/storage/sqlite/open.ts";
import {
  findSecrets,
  findSecretsVersion,
  insertSecrets,
  replaceSecrets,
} from "../../src/storage/tables/connection-secrets.ts";
import { insertConnection, listConnections } from "../../src/storage/tables/connections.ts";
import { insertDataKey } from "../../src/storage/tables/data-keys.ts";
import { readMeta, writeMeta } from "../../src/storage/tables/meta.ts";
import { deleteProject, insertProject } from "../../src/storage/tables/projects.ts";
import { findUser, insertUser } from "../../src/storage/tables/users.ts";
import { failureOf } from "../failure.ts";
import { frozenClock } from "../frozen-clock.ts";

const clock = frozenClock();
const now = "2026-11-20T08:00:00.000Z";
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "windlass-storage-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What `schema.ts` says, read from its text: table → "column type", with "?" where it may be null. */
function readSchema(): Record<string, string[]> {
  const text = readFileSync(new URL("../../src/storage/schema.ts", import.meta.url), "utf8");
  const interfaces = new Map(
    [...text.matchAll(/interface (\w+) \{\n([\s\S]*?)\n\}/g)].map(([, name, body]) => [name, body ?? ""]),
  );
  const fields = (name: string) =>
    [...(interfaces.get(name) ?? "").matchAll(/^ {2}(\w+): (.+);$/gm)].map(([, field = "", type = ""]) => ({
      field,
      type,
    }));
  const column = ({ field, type }: { field: string; type: string }) =>
    `${field} ${/^(Generated<)?number/.test(type) ? "integer" : "text"}${type.endsWith("| null") ? "?" : ""}`;
  return Object.fromEntries(
    fields("Schema").map(({ field, type }) => [field, fields(type).map(column).sort()]),
  );
}

const ada = {
  id: "usr_ada",
  display_name: "Ada",
  email: null,
  email_verified: 0,
  confirmed_email: null,
  avatar_url: null,
  entity_ref: null,
  created_at: now,
  last_signed_in_at: now,
};

async function addConnection(database: Database) {
  await insertUser(database.kysely, ada);
  await insertProject(database.kysely, { id: "prj_1", name: "Shop", made_by: "usr_ada", created_at: now });
  await insertConnection(database.kysely, {
    id: "con_1",
    project_id: "prj_1",
    instance_id: "bitbucket",
    kind: "oauth2",
    login: null,
    git_user: null,
    state: "active",
    state_reason: null,
    subject: "a-b",
    account_name: "Ada",
    scopes: "[]",
    workspace_slug: null,
    workspace_id: null,
    ends_at: null,
    lookback_days: 30,
    created_at: now,
    updated_at: now,
  });
}

async function addDataKey({ kysely }: Database): Promise<void> {
  await insertDataKey(kysely, {
    id: "key_1",
    project_id: "prj_1",
    wrapped_key: "wrapped",
    wrapping_key_id: "k",
    created_at: now,
    replaced_at: null,
  });
}

const secrets = {
  connection_id: "con_1",
  sealed_access_token: "sealed-a",
  sealed_refresh_token: "sealed-r",
  access_expires_at: null,
  version: 1,
  updated_at: now,
  data_key_id: "key_1",
  lease_owner: null,
  lease_expires_at: null,
  lease_fence: 0,
  asked_at: null,
  sealed_former_refresh_token: null,
  former_until: null,
  failures: 0,
  retry_at: null,
  keep_alive_at: null,
  owner_unchecked: 0,
};

describe("opening", () => {
  test("a new file is made for its owner alone and holds every table of the schema", async () => {
    const path = join(folder, "windlass.db");
    const database = await openDatabase(path, { clock });
    const tables = (await database.kysely.introspection.getTables())
      .filter((table) => table.name !== "windlass_migrations")
      .map((table) => [
        table.name,
        table.columns
          .map((column) => `${column.name} ${column.dataType.toLowerCase()}${column.isNullable ? "?" : ""}`)
          .sort(),
      ]);
    expect(Object.fromEntries(tables)).toEqual(readSchema());
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600);
    await database.close();
  });

  test("commits are durable, deleted rows overwritten, references enforced", async () => {
    const { kysely, close } = await openDatabase(join(folder, "windlass.db"), { clock });
    const pragma = async (name: string) =>
      Object.values(
        (await sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(kysely)).rows[0] ?? {},
      )[0];
    expect(await pragma("journal_mode")).toBe("wal");
    expect(await pragma("synchronous")).toBe(2);
    expect(await pragma("secure_delete")).toBe(1);
    expect(await pragma("foreign_keys")).toBe(1);
    await close();
  });

  test("what was written is there after closing and opening again", async () => {
    const path = join(folder, "windlass.db");
    const before = await openDatabase(path, { clock });
    await insertUser(before.kysely, ada);
    await before.close();
    const after = await openDatabase(path, { clock });
    expect(await findUser(after.kysely, "usr_ada")).toEqual(ada);
    await after.close();
  });

  test("a folder that is missing, or a folder in place of the file, is named in a sentence", async () => {
    for (const path of [join(folder, "missing", "windlass.db"), folder]) {
      const failure = await failureOf(openDatabase(path, { clock }));
      expect(failure.code).toBe("storage.unwritable");
      expect(failure.detail).toContain(path);
    }
    expect(existsSync(join(folder, "missing"))).toBe(false);
  });

  test("a file that is no database is refused and left as it is", async () => {
    const path = join(folder, "letter.txt");
    writeFileSync(path, "Dear Ada,\n".repeat(500));
    expect((await failureOf(openDatabase(path, { clock }))).code).toBe("storage.not_a_database");
    expect(statSync(path).size).toBe(5000);
  });

  test("another program's database is refused and left as it is", async () => {
    const path = join(folder, "other.db");
    const other = new DatabaseSync(path);
    other.exec("create table songs (title text)");
    other.close();
    const before = readFileSync(path);
    expect((await failureOf(openDatabase(path, { clock }))).code).toBe("storage.foreign");
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(["other.db"]);
  });

  test("a database made by a newer version is refused", async () => {
    const path = join(folder, "windlass.db");
    const database = await openDatabase(path, { clock });
    await sql`insert into windlass_migrations values ('9999-later', ${now})`.execute(database.kysely);
    await database.close();
    const failure = await failureOf(openDatabase(path, { clock }));
    expect(failure.code).toBe("storage.newer");
    expect(failure.detail).toContain("9999-later");
  });
});

describe("migrating", () => {
  const applying = async (path: string, steps?: readonly Migration[]) => {
    const { database, applied, copy } = await openAndMigrateSqlite(path, { clock, ...(steps && { steps }) });
    await database.close();
    return { applied, copy };
  };
  const later: Migration = {
    name: "0002-later",
    up: async (transaction) => {
      await transaction.schema.alterTable("users").addColumn("nickname", "text").execute();
    },
  };

  test("a second start applies nothing, a further step is applied once", async () => {
    const path = join(folder, "windlass.db");
    expect(await applying(path)).toEqual({ applied: ["0001-first"], copy: null });
    expect(await applying(path)).toEqual({ applied: [], copy: null });
    expect((await applying(path, [...migrations, later])).applied).toEqual(["0002-later"]);
    expect(await applying(path, [...migrations, later])).toEqual({ applied: [], copy: null });
  });

  test("before a further step the file is copied, for its owner alone, with all that is in it", async () => {
    const path = join(folder, "windlass.db");
    const before = await openDatabase(path, { clock });
    await insertUser(before.kysely, ada);
    await before.close();
    const { copy } = await applying(path, [...migrations, later]);
    expect(copy).toBe(`${path}.before-0002-later`);
    expect(readdirSync(folder).sort()).toEqual(["windlass.db", "windlass.db.before-0002-later"]);
    expect(statSync(copy ?? "").mode & 0o777).toBe(0o600);
    const old = await openDatabase(copy ?? "", { clock });
    expect(await findUser(old.kysely, "usr_ada")).toEqual(ada);
    await old.close();
  });

  test("where no copy can be made, nothing is migrated", async () => {
    const path = join(folder, "windlass.db");
    await applying(path);
    mkdirSync(`${path}.before-0002-later`);
    const failure = await failureOf(applying(path, [...migrations, later]));
    expect(failure.code).toBe("storage.unwritable");
    expect(failure.detail).toContain("before-0002-later");
    expect(await applying(path)).toEqual({ applied: [], copy: null });
    expect(existsSync(`${path}.before-0002-later.partial`)).toBe(false);
  });

  test("a step that fails half way leaves nothing behind", async () => {
    const path = join(folder, "windlass.db");
    const broken: Migration = {
      name: "0002-broken",
      up: async (transaction) => {
        await transaction.schema.createTable("half").addColumn("id", "text").execute();
        throw new Error("out of luck");
      },
    };
    await applying(path);
    await expect(applying(path, [...migrations, broken])).rejects.toThrow("out of luck");
    const { kysely, close } = await openDatabase(path, { clock });
    expect((await kysely.introspection.getTables()).map((table) => table.name)).not.toContain("half");
    await close();
  });
});

describe("using", () => {
  test("a transaction that throws leaves nothing behind, and the next one works", async () => {
    const database = await openDatabase(":memory:", { clock });
    const failed = database.transaction(async (transaction) => {
      await insertUser(transaction, ada);
      throw new Error("changed my mind");
    });
    await expect(failed).rejects.toThrow("changed my mind");
    expect(await findUser(database.kysely, "usr_ada")).toBeUndefined();
    await database.transaction((transaction) => insertUser(transaction, ada));
    expect(await findUser(database.kysely, "usr_ada")).toBeDefined();
    await database.close();
  });

  test("a transaction waits for another process's instead of failing", async () => {
    const path = join(folder, "windlass.db");
    const database = await openDatabase(path, { clock });
    const holder = spawn(process.execPath, [
      "--input-type=module",
      "--eval",
      `import { DatabaseSync } from "node:sqlite";
       const file = new DatabaseSync(${JSON.stringify(path)});
       file.exec("begin immediate; insert into meta values ('held', 'yes')");
       console.log("held");
       setTimeout(() => file.exec("commit"), 200);`,
    ]);
    await once(holder.stdout, "data");
    await database.transaction(async (transaction) => {
      expect(await readMeta(transaction, "held")).toBe("yes");
      await writeMeta(transaction, "held", "no longer");
    });
    expect(await readMeta(database.kysely, "held")).toBe("no longer");
    await database.close();
  });

  test("removing a project removes its connections and their secrets", async () => {
    const database = await openDatabase(":memory:", { clock });
    await addConnection(database);
    await addDataKey(database);
    await insertSecrets(database.kysely, secrets);
    await database.transaction((transaction) => deleteProject(transaction, "prj_1"));
    expect(await listConnections(database.kysely, "prj_1")).toEqual([]);
    expect(await findSecretsVersion(database.kysely, "con_1")).toBeUndefined();
    await database.close();
  });

  test("scrubbed files hold nothing of what was deleted, while they are still open", async () => {
    const path = join(folder, "windlass.db");
    const database = await openDatabase(path, { clock });
    const files = () =>
      Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name)))).toString("latin1");
    await addConnection(database);
    await addDataKey(database);
    await insertSecrets(database.kysely, { ...secrets, sealed_access_token: "deleted-".repeat(2_000) });
    expect(files()).toContain("deleted-deleted-");
    await database.transaction((transaction) => deleteProject(transaction, "prj_1"));
    expect(files()).toContain("deleted-deleted-");
    expect(await database.scrub()).toBe(true);
    expect(files()).not.toContain("deleted-");
    await database.close();
  });

  test("while another process reads, scrubbing gives way and says so; what waits for a write still waits", async () => {
    const path = join(folder, "windlass.db");
    const database = await openDatabase(path, { clock });
    const reader = new DatabaseSync(path);
    await writeMeta(database.kysely, "a", "1");
    reader.exec("begin; select * from meta");
    await writeMeta(database.kysely, "a", "2");
    expect(await database.scrub()).toBe(false);
    reader.exec("commit");
    expect(await database.scrub()).toBe(true);
    reader.close();
    const { rows } = await sql<{ timeout: number }>`pragma busy_timeout`.execute(database.kysely);
    expect(rows).toEqual([{ timeout: 5_000 }]);
    await database.close();
  });

  test("a save over a version that is no longer there writes nothing", async () => {
    const database = await openDatabase(":memory:", { clock });
    await addConnection(database);
    await addDataKey(database);
    await insertSecrets(database.kysely, secrets);
    const newer = { ...secrets, sealed_access_token: "newer", version: 2 };
    expect(await replaceSecrets(database.kysely, newer, 1)).toBe(true);
    expect(await replaceSecrets(database.kysely, { ...secrets, version: 2 }, 1)).toBe(false);
    expect(await findSecrets(database.kysely, "con_1")).toMatchObject({
      sealed_access_token: "newer",
      version: 2,
      project_id: "prj_1",
      state: "active",
    });
    await database.close();
  });

  test("what goes wrong in the middle is named too, and a broken constraint stays SQLite's own", async () => {
    const path = join(folder, "windlass.db");
    const database = await openDatabase(path, { clock });
    await sql`pragma query_only = on`.execute(database.kysely);
    expect(await failureOf(insertUser(database.kysely, ada))).toMatchObject({
      code: "storage.unwritable",
      detail: expect.stringContaining(path),
    });
    await sql`pragma query_only = off`.execute(database.kysely);
    await sql`pragma max_page_count = 1`.execute(database.kysely);
    const large = { ...ada, display_name: "A".repeat(10_000_000) };
    expect((await failureOf(insertUser(database.kysely, large))).code).toBe("storage.full");
    await sql`pragma max_page_count = 1000000`.execute(database.kysely);
    await insertUser(database.kysely, ada);
    await expect(insertUser(database.kysely, ada)).rejects.toThrow("UNIQUE");
    await database.close();
  });

  test("dates and truth values are converted, anything else in their place is refused", async () => {
    const { kysely, close } = await openDatabase(":memory:", { clock });
    const { rows } = await sql`select ${new Date(now)} as date, ${true} as flag`.execute(kysely);
    expect(rows).toEqual([{ date: now, flag: 1 }]);
    await expect(sql`select ${{ a: 1 }} as thing`.execute(kysely)).rejects.toThrow("of type object");
    await close();
  });

  test("more different queries than are kept prepared still work", async () => {
    const { kysely, close } = await openDatabase(":memory:", { clock });
    for (let count = 1; count <= 600; count++) {
      const { rows } = await sql<{ n: number }>`select ${sql.raw(String(count))} as n`.execute(kysely);
      expect(rows[0]?.n).toBe(count);
    }
    await close();
  });
});
