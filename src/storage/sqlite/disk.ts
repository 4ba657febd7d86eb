/** Owns waiting for the disk without holding up the process: what was committed is brought there beside other work. */
import { type FileHandle, open } from "node:fs/promises";
import { explainSqlite } from "./file.ts";

export interface Disk {
  /**
   * Resolves when all that was committed before is on the disk. Whoever comes while it is being brought there is brought there
   * together with all others who do. Throws `storage.unwritable`, `storage.full`.
   */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Over the log of the database at `path`, to which a commit with synchronous=NORMAL has written all there is to it. SQLite
 * locks the database and its `-shm`, never the log, so a handle of our own takes no lock away.
 * @see https://www.sqlite.org/wal.html
 */
export function openDisk(path: string): Disk {
  let file: Promise<FileHandle> | undefined;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const sync = async () => {
    try {
      file ??= open(`${path}-wal`, "r+");
      await (await file).datasync();
    } catch (error) {
      throw explainSqlite(error, path) ?? error;
    }
  };
  const run = () => {
    running = sync().finally(() => {
      running = undefined;
    });
    return running;
  };
  const runAfter = async (earlier: Promise<void>) => {
    await earlier.catch(() => {}); // told to those who wait for that one
    next = undefined;
    await run();
  };
  return {
    flush() {
      if (running === undefined) return run();
      next ??= runAfter(running);
      return next;
    },
    async close() {
      await (next ?? running)?.catch(() => {}); // told to those who wait
      await (await file?.catch(() => undefined))?.close();
    },
  };
}

/** Of a database in memory. */
export const noDisk: Disk = { flush: async () => {}, close: async () => {} };
