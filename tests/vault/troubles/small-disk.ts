/** Owns a disk that is really full under one table of a PostgreSQL on this machine. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import pg from "pg";
import { postgresIdentity } from "../../storage/postgres-identity.ts";

const table = "connection_secrets";

/** Whether this process may make a file system of its own. */
export function canMakeDisk(): boolean {
  const place = mkdtempSync("/tmp/windlass-disk-");
  try {
    execFileSync("mount", ["-t", "tmpfs", "tmpfs", place], { stdio: "ignore" });
    execFileSync("umount", [place], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(place);
  }
}

/**
 * Moves the table to a disk of 256 KiB and writes there until PostgreSQL has no page left; gives the way back.
 * Row versions that a reader may still look at cannot be cleared away, so the same rows fill it when they are written again.
 */
export async function fillDisk(databaseUrl: string): Promise<() => Promise<void>> {
  const place = mkdtempSync("/tmp/windlass-disk-");
  const { uid, gid } = postgresIdentity();
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=256k,mode=700,uid=${uid},gid=${gid}`, "tmpfs", place]);
  const [reader, writer] = [new pg.Client(databaseUrl), new pg.Client(databaseUrl)];
  await Promise.all([reader.connect(), writer.connect()]);
  const tablespace = `small_${Date.now()}`;
  await writer.query(`create tablespace ${tablespace} location '${place}'`);
  await writer.query(`alter table ${table} set tablespace ${tablespace}`);
  await reader.query("begin isolation level repeatable read");
  await reader.query(`select count(*) from ${table}`);
  const refusal = await writeUntilRefused(writer);
  if (refusal !== "53100") throw new Error(`the disk was not full: ${refusal}`);
  return async () => {
    await reader.end();
    await writer.query(`alter table ${table} set tablespace pg_default`);
    await writer.query(`drop tablespace ${tablespace}`);
    await writer.end();
    execFileSync("umount", [place]);
    rmdirSync(place);
  };
}

/** The SQLSTATE of the first write that failed. */
async function writeUntilRefused(writer: pg.Client): Promise<unknown> {
  for (;;) {
    const failure = await writer.query(`update ${table} set failures = failures`).then(
      () => null,
      (error: unknown) => error,
    );
    if (failure !== null) return failure instanceof pg.DatabaseError ? failure.code : failure;
  }
}
