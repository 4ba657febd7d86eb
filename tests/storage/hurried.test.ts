/** Statements that wait for no disk: everything else about them is as always. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Executor } from "../../src/storage/database.ts";
import { addMeta, readMeta } from "../../src/storage/tables/meta.ts";
import { describeEngines } from "./engines.ts";

describeEngines("statements in a hurry", (open, engine) => {
  /** Whether a commit there waits for the disk. */
  const waits = async (db: Executor) => {
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
    const during = await database.hurried(async (db) => {
      await addMeta(db, "name", "value");
      return waits(db);
    });
    expect(during).toBe(false);
    expect(await readMeta(other.kysely, "name")).toBe("value");
  });

  test("that fail are told of, and what comes next waits again", async () => {
    const { database } = await open();
    const failing = database.hurried((db) => sql`select * from nowhere`.execute(db));
    await expect(failing).rejects.toThrow(/nowhere/);
    expect(await database.transaction(waits)).toBe(true);
    expect(await waits(database.kysely)).toBe(true);
    await database.hurried((db) => addMeta(db, "name", "value"));
    expect(await readMeta(database.kysely, "name")).toBe("value");
  });

  test("hold up none of the transactions that come at the same time", async () => {
    const { database } = await open();
    const waited = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        index % 2 === 0 ? database.hurried(waits) : database.transaction(waits),
      ),
    );
    expect(waited).toEqual(waited.map((__, index) => index % 2 === 1));
  });
});
