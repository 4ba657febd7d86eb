import { mkdtempSync, rmSync } from "node:fs";
import { type FileHandle, open as openFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { failureOf } from "../../../tests/failure.ts";
import { frozenClock } from "../../../tests/frozen-clock.ts";
import { type Database, openDatabase } from "../database.ts";
import { addMeta, readMeta } from "../tables/meta.ts";

let folder: string;
let database: Database;
let datasync: ReturnType<typeof vi.spyOn>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "windlass-disk-"));
  database = await openDatabase(join(folder, "windlass.db"), { clock: frozenClock() });
  const some = await openFile(join(folder, "windlass.db"), "r");
  const handles = Object.getPrototypeOf(some) as FileHandle;
  await some.close();
  datasync = vi.spyOn(handles, "datasync");
});
afterEach(async () => {
  datasync.mockRestore();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const add = (name: string) => database.transaction((db) => addMeta(db, name, "value"));

describe("a transaction", () => {
  test("is kept when its log is on the disk, and not before; others see it by then", async () => {
    const disk = Promise.withResolvers<void>();
    datasync.mockImplementation(() => disk.promise);
    let isKept = false;
    const keeping = add("one").then(() => {
      isKept = true;
    });
    await vi.waitFor(() => expect(datasync).toHaveBeenCalledTimes(1));
    expect(await readMeta(database.kysely, "one")).toBe("value");
    expect(isKept).toBe(false);
    disk.resolve();
    await keeping;
    expect(isKept).toBe(true);
  });

  test("that is committed meanwhile waits for the next time, together with others", async () => {
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    datasync.mockImplementationOnce(() => first.promise).mockImplementationOnce(() => second.promise);
    const kept: string[] = [];
    const keep = async (name: string) => {
      await add(name);
      kept.push(name);
    };
    const one = keep("one");
    await vi.waitFor(() => expect(datasync).toHaveBeenCalledTimes(1));
    const others = [keep("two"), keep("three")];
    await vi.waitFor(async () => expect(await readMeta(database.kysely, "three")).toBe("value"));
    first.resolve();
    await one;
    await vi.waitFor(() => expect(datasync).toHaveBeenCalledTimes(2));
    expect(kept).toEqual(["one"]);
    second.resolve();
    await Promise.all(others);
    expect(datasync).toHaveBeenCalledTimes(2);
  });

  test("whose log does not get there is told as what it is, and the next one is tried", async () => {
    datasync.mockRejectedValueOnce(Object.assign(new Error("EIO: i/o error, fdatasync"), { code: "EIO" }));
    expect((await failureOf(add("one"))).code).toBe("storage.unwritable");
    await add("two");
    expect(datasync).toHaveBeenCalledTimes(2);
  });

  test.each(["ENOSPC", "EDQUOT"])("whose log finds the disk full (%s) says so", async (code) => {
    datasync.mockRejectedValueOnce(Object.assign(new Error(`${code}: fdatasync`), { code }));
    expect((await failureOf(add("one"))).code).toBe("storage.full");
  });

  test("that ends in a failure of its own waits for nothing", async () => {
    const failing = database.transaction(() => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    expect(datasync).not.toHaveBeenCalled();
  });
});

test("what is in a hurry waits for nothing; a statement by itself waits inside SQLite", async () => {
  await database.hurried((db) => addMeta(db, "one", "value"));
  await addMeta(database.kysely, "two", "value");
  expect(datasync).not.toHaveBeenCalled();
});
