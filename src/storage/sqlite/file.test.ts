import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { explainSqlite, openFile } from "./file.ts";

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("expected a failure");
}

test("what SQLite and the file system throw becomes a sentence, our own mistakes stay as they are", () => {
  const folder = mkdtempSync(join(tmpdir(), "windlass-file-"));
  const path = join(folder, "windlass.db");
  const writer = openFile(path);
  const reader = new DatabaseSync(path, { readOnly: true, timeout: 0 });
  const impatient = new DatabaseSync(path, { timeout: 0 });
  try {
    const readOnly = thrownBy(() => reader.exec("create table t (x)"));
    expect(explainSqlite(readOnly, path)?.code).toBe("storage.unwritable");
    writer.exec("begin immediate");
    const busy = thrownBy(() => impatient.exec("begin immediate"));
    expect(explainSqlite(busy, path)?.code).toBe("storage.busy");
    const typo = thrownBy(() => writer.exec("selekt 1"));
    expect(explainSqlite(typo, path)).toBeNull();
    expect(explainSqlite(new TypeError("our mistake"), path)).toBeNull();
  } finally {
    for (const file of [writer, reader, impatient]) file.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
