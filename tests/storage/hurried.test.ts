/** Statements that wait for no disk: everything else about them is as always. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Executor } from "../../src/storage/database.ts";
import { addMeta, readMeta } from "../../src/storage/tables/meta.ts";
import { describeEngines } from "./engines.ts";

describeEngines("statements in a hurry", (open, engine) => {
  /** Whether what has just been written there waited for the disk. SQLite's transactions are waited for afterwards. */
  const waits = async (db: Executor, name: string) => {
    await addMeta(db, name, "value");
    const asked =
      engine === "sqlite"
        ? sql<{ value: number }>`select synchronous as value from pragma_synchronous`
        : sql<{ value: string }>`select current_setting('synchronous_commit') as value`;
    const { rows } = await asked.execute(db);
    return rows[0]?.value === 2 || rows[0]?.value === "on";
  };

  test("do not wait, and are seen by everybody all the same", async () => {
    const { database, beside } = await open();
    const other = await beside();
    expect(await database.hurried((db) => waits(db, "name"))).toBe(false);
    expect(await readMeta(other.kysely, "name")).toBe("value");
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
