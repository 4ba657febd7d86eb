/** Owns the catalog's files: which there are, read anew when they have changed, with the files they name in turn. */
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { type CatalogReading, readInSteps } from "../../catalog/entities.ts";
import { expand, type Target } from "./paths.ts";
import { inSlices } from "./slices.ts";
import type { CatalogSource, SourceContents } from "./source.ts";

interface ReadFile extends CatalogReading {
  /** Tells one state of the file from another; null when it could not be read. */
  readonly state: string | null;
}

/** More than anybody has: the end of a file that names itself by other names. */
const mostFiles = 20_000;
/** So many are looked at for each sign-in; more than that after a pause. */
const [fewFiles, pauseSeconds] = [100, 5];
/** So many are opened at once. */
const batch = 64;
const mostBytes = 32 * 1024 * 1024;

/** All of them are one source: a file that two locations name is read once. It never fails: what cannot be read is left out. */
export function fileSource(targets: readonly Target[]): CatalogSource {
  let last: Gathered = { files: new Map(), warnings: [] };
  let contents: SourceContents | null = null;
  return {
    name: "files",
    isNear: true,
    refreshSeconds: () => (last.files.size > fewFiles ? pauseSeconds : 0),
    async read() {
      const gathered = await gather(targets, last.files);
      if (contents !== null && isSame(last, gathered)) return contents;
      last = gathered;
      const files = [...gathered.files.values()];
      contents = {
        users: files.flatMap(({ users }) => users),
        groups: files.flatMap(({ groups }) => groups),
        warnings: gathered.warnings,
      };
      return contents;
    },
  };
}

interface Gathered {
  /** By path, in the order in which they are named. */
  readonly files: ReadonlyMap<string, ReadFile>;
  readonly warnings: readonly string[];
}

/** Every file that the targets name, and those the files name in turn. One in `known` that has not changed is not read again. */
async function gather(targets: readonly Target[], known: ReadonlyMap<string, ReadFile>): Promise<Gathered> {
  const files = new Map<string, ReadFile>();
  const [warnings, inFolders] = [[] as string[], new Set<string>()];
  let open = targets.map(({ type, target }): Target => ({ type, target: resolve(target) }));
  while (open.length > 0) {
    const found = await expandAll(open, { warnings, inFolders });
    open = [];
    const unread = [...new Set(found)].filter((path) => !files.has(path)).slice(0, mostFiles - files.size);
    if (unread.length === 0 && found.length > 0 && files.size >= mostFiles)
      warnings.push(`The catalog has more than ${mostFiles} files; the others are left out.`);
    for (let at = 0; at < unread.length; at += batch) {
      const read = await readBatch(unread.slice(at, at + batch), { known, inFolders });
      for (const [path, file] of read) {
        files.set(path, file);
        warnings.push(...file.warnings);
        for (const target of file.targets)
          open.push({ type: "file", target: resolve(dirname(path), target) });
      }
    }
  }
  return { files, warnings };
}

async function expandAll(
  targets: readonly Target[],
  { warnings, inFolders }: { readonly warnings: string[]; readonly inFolders: Set<string> },
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const target of targets) {
    const paths = await expand(target);
    if (paths.length === 0)
      warnings.push(
        target.type === "folder"
          ? `The catalog names the folder ${target.target}, and there is no YAML file in it.`
          : `The catalog names ${target.target}, and there is no such file.`,
      );
    for (const path of paths) {
      found.push(path);
      if (target.type === "folder") inFolders.add(path);
    }
  }
  return found;
}

/** Whether not one file has changed, come or gone. */
function isSame(one: Gathered, other: Gathered): boolean {
  return (
    one.files.size === other.files.size &&
    [...one.files].every(([path, file]) => other.files.get(path) === file) &&
    one.warnings.join("\n") === other.warnings.join("\n")
  );
}

/** What is on the disk at once, what is in it one after the other. */
async function readBatch(
  paths: readonly string[],
  {
    known,
    inFolders,
  }: { readonly known: ReadonlyMap<string, ReadFile>; readonly inFolders: ReadonlySet<string> },
) {
  const looks = await Promise.all(paths.map((path) => look(path, known.get(path))));
  return inSlices(
    (function* () {
      const files = new Map<string, ReadFile>();
      for (const [at, path] of paths.entries()) {
        const found = looks[at];
        if (found === undefined) continue;
        if ("text" in found) {
          const text = inFolders.has(path) && isNoCatalog(path, found.text) ? "" : found.text;
          const reading = yield* readInSteps({ name: path, text }, known.get(path)?.documents);
          files.set(path, { ...reading, state: found.state });
        } else files.set(path, found);
      }
      return files;
    })(),
  );
}

/** A folder holds YAML of other kinds, of which there is nothing to complain. */
function isNoCatalog(path: string, text: string): boolean {
  return !/^catalog-info\.ya?ml$/i.test(basename(path)) && !text.includes("backstage.io/");
}

/** What was read before, where the file is still the same; else its text, or what stands for a file that cannot be read. */
async function look(
  path: string,
  before: ReadFile | undefined,
): Promise<ReadFile | { readonly text: string; readonly state: string }> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    const state = `${mtimeMs} ${size} ${ino}`;
    if (before?.state === state) return before;
    if (size > mostBytes) return unreadable(path, `it is larger than ${mostBytes} bytes`);
    return { text: await readFile(path, "utf8"), state };
  } catch (error) {
    return unreadable(path, error instanceof Error ? error.message : String(error));
  }
}

/** Without users: whoever stands in it alone is not known. */
function unreadable(path: string, reason: string): ReadFile {
  const nothing = { users: [], groups: [], targets: [], documents: new Map() };
  return { ...nothing, warnings: [`${path} cannot be read: ${reason}.`], state: null };
}
