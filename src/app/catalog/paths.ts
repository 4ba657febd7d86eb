/** Owns which files a location stands for: itself, those that fit a pattern, or those below a folder. */
import type { Dirent } from "node:fs";
import { glob, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

export interface Target {
  readonly type: "file" | "folder";
  /** A path; of a file, a pattern of paths too. */
  readonly target: string;
}

/** Deeper than anybody keeps an organisation. */
const deepest = 10;
/** A folder that holds more is not one of a catalog: the rest is not looked at. */
const mostEntries = 50_000;

/** In the order of their names; none where there is nothing of the kind. */
export async function expand({ type, target }: Target): Promise<readonly string[]> {
  if (type === "folder") return (await filesBelow(target)).sort();
  if (await isFile(target)) return [target];
  const paths: string[] = [];
  if (/[*?[{]/.test(target)) for await (const path of glob(target)) paths.push(path);
  return paths.sort();
}

/** `*.yaml` and `*.yml`. Hidden folders and `node_modules` are none of an organisation; a link leads to a file, never to a folder. */
async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  let seen = 0;
  let open = [folder];
  for (let depth = 0; depth <= deepest && open.length > 0; depth += 1) {
    const next: string[] = [];
    for (const each of open) {
      const entries = await readdir(each, { withFileTypes: true }).catch(() => []);
      seen += entries.length;
      if (seen > mostEntries) return files;
      for (const entry of entries) {
        const path = join(each, entry.name);
        if (isOpen(entry)) next.push(path);
        else if (await isYaml(entry, path)) files.push(path);
      }
    }
    open = next;
  }
  return files;
}

function isOpen(entry: Dirent): boolean {
  return entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules";
}

async function isYaml(entry: Dirent, path: string): Promise<boolean> {
  if (!/\.ya?ml$/i.test(entry.name)) return false;
  return entry.isFile() || (entry.isSymbolicLink() && (await isFile(path)));
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
