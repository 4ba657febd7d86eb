/** Owns the folder of copies that are written to, one for each repository that was. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyRepository } from "./copy.ts";
import type { Location } from "./process/environment.ts";

/** Copies by the path of what they are copies of. */
export interface Copies {
  /** The folder of the copy that was made or is being made. */
  known(path: string): Promise<string> | undefined;
  /** The folder of the copy, which is made where there is none. One that could not be is tried again the next time. */
  of(path: string): Promise<string>;
  /** Forgets all at once, then deletes them when `letGo` has ended; what is copied meanwhile lies elsewhere. */
  discard(letGo: (folders: readonly string[]) => Promise<void>): Promise<void>;
}

export function openCopies(locate: (path: string) => Promise<Location>): Copies {
  const copies = new Map<string, Promise<string>>();
  let folder: Promise<string> | undefined;
  let made = 0;

  const copy = async (path: string): Promise<string> => {
    const source = await locate(path);
    folder ??= mkdtemp(join(tmpdir(), "windlass-emulator-"));
    made += 1;
    const target = join(await folder, `${made}.git`);
    await copyRepository(source, target);
    return target;
  };

  return {
    known: (path) => copies.get(path),
    of(path) {
      const known = copies.get(path);
      if (known !== undefined) return known;
      const copying = copy(path);
      copies.set(path, copying);
      copying.catch(() => copies.get(path) === copying && copies.delete(path));
      return copying;
    },
    async discard(letGo) {
      const [old, all] = [folder, [...copies.values()]];
      folder = undefined;
      copies.clear();
      const folders = await Promise.allSettled(all);
      await letGo(folders.flatMap((each) => (each.status === "fulfilled" ? [each.value] : [])));
      if (old !== undefined) await rm(await old, { recursive: true, force: true });
    },
  };
}
