/** Statements that wait for no disk: everything else about them is as always. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Executor } from "../../src/storage/database.ts";
import { addMeta, readMeta } from "../../src/storage/tables/meta.ts";
import { describeEngines } from "./engines.ts";

describeEngines("statements in a hurry", (open, engine) => {
  /** Whether a statement there waits for the disk, as it itself wrote down. SQLite's transactions are waited for afterwards. */
  const waits = async (db: Executor, name: string) => {
    await (engine === "sqlite"
      ? sql`insert into meta (name, value) select ${name}, cast(synchronous as text) from pragma_synchronous`
      : sql`insert into meta (name, value) values (${name}, current_setting('synchronous_commit'))`
    ).execute(db);
    return ["2", "on"].includes((await readMeta(db, name)) ?? "");
  };

  test("do not wait, and are seen by everybody all the same", async () => {
    const { database, beside } = await open();
    const other = await beside();
    expect(await database.hurried((db) => waits(db, "name"))).toBe(false);
    expect(await readMeta(other.kysely, "name")).toBe(engine === "sqlite" ? "1" : "off");
  });

  test("that fail are told of, and what comes next waits again", async () => {
    const { database } = await open();
    const failing = database.hurried((db) => sql`select * from nowhere`.execute(db));
    await expect(failing).rejects.toThrow(/nowhere/);
    expect(await waits(database.kysely, "one")).toBe(true);
    await database.hurried((db) => addMeta(db, "name", "value"));
    expect(await waits(database.kysely, "two")).toBe(true);
    expect(await readMeta(database.kysely, "name")).toBe("value");
  });

  test("hold up none of what comes at the same time", async () => {
    const { database } = await open();
    const waited = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        if (index % 4 === 1) await database.transaction((db) => addMeta(db, `transaction ${index}`, "value"));
        return index % 2 === 0
          ? database.hurried((db) => waits(db, `hurried ${index}`))
          : waits(database.kysely, `alone ${index}`);
      }),
    );
    // PostgreSQL's connections are many, and each has a setting of its own.
    expect(waited).toEqual(waited.map((__, index) => index % 2 === 1));
  });
});
