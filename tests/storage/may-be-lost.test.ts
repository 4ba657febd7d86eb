/** Commits that need not wait for the disk: everything else about them is as always. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Executor } from "../../src/storage/database.ts";
import { addMeta, readMeta } from "../../src/storage/tables/meta.ts";
import { describeEngines } from "./engines.ts";

describeEngines("a transaction that may be lost", (open, engine) => {
  /** Whether a commit there waits for the disk. */
  const waits = async (db: Executor) => {
    const asked =
      engine === "sqlite"
        ? sql<{ value: number }>`select synchronous as value from pragma_synchronous`
        : sql<{ value: string }>`select current_setting('synchronous_commit') as value`;
    const { rows } = await asked.execute(db);
    return rows[0]?.value === 2 || rows[0]?.value === "on";
  };

  test("does not wait, and is seen by everybody all the same", async () => {
    const { database, beside } = await open();
    const other = await beside();
    const during = await database.transaction(
      async (db) => {
        await addMeta(db, "name", "value");
        return waits(db);
      },
      { mayBeLost: true },
    );
    expect(during).toBe(false);
    expect(await readMeta(other.kysely, "name")).toBe("value");
  });

  test("leaves nothing behind when it throws, and the next one waits again", async () => {
    const { database } = await open();
    const work = database.transaction(
      async (db) => {
        await addMeta(db, "name", "value");
        throw new Error("changed its mind");
      },
      { mayBeLost: true },
    );
    await expect(work).rejects.toThrow("changed its mind");
    expect(await readMeta(database.kysely, "name")).toBeUndefined();
    expect(await database.transaction(waits)).toBe(true);
    expect(await waits(database.kysely)).toBe(true);
  });

  test("holds up none of the others that come at the same time", async () => {
    const { database } = await open();
    const waited = await Promise.all(
      Array.from({ length: 40 }, async (_, index) =>
        database.transaction(waits, { mayBeLost: index % 2 === 0 }),
      ),
    );
    expect(waited).toEqual(waited.map((__, index) => index % 2 === 1));
  });
});
