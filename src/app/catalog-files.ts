/** Owns the catalog's files: which there are, read anew when they have changed, with the files they name in turn. */
import { glob, readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Log } from "../base/log.ts";
import { type Catalog, createCatalog } from "../catalog/catalog.ts";
import { type CatalogContents, readEntities } from "../catalog/entities.ts";

export interface CatalogFiles {
  /** The catalog as its files are now. A file that cannot be read has no users: whoever stands in it alone is not known. */
  read(): Promise<Catalog>;
}

interface ReadFile extends CatalogContents {
  /** Tells one state of the file from another; null when it could not be read. */
  readonly state: string | null;
}

/** More than anybody writes by hand: the end of a file that names itself by other names. */
const mostFiles = 1_000;

/** `target` is a path, or a pattern of paths. What is left out is told to the log, once. */
export function openCatalog(
  locations: readonly { readonly target: string }[],
  log: Pick<Log, "warn">,
): CatalogFiles {
  let last: Gathered | null = null;
  let catalog = createCatalog([]);

  return {
    async read() {
      const gathered = await gather(locations, last?.files ?? new Map());
      if (last !== null && isSame(last, gathered)) return catalog;
      const told = new Set(catalog.warnings);
      const { warnings, ...found } = createCatalog(
        [...gathered.files.values()].flatMap(({ users }) => users),
        [...gathered.files.values()].flatMap(({ groups }) => groups),
      );
      catalog = { ...found, warnings: [...gathered.warnings, ...warnings] };
      last = gathered;
      for (const warning of catalog.warnings)
        if (!told.has(warning)) log.warn("catalog.left_out", { warning });
      return catalog;
    },
  };
}

interface Gathered {
  /** By path, in the order in which they are named. */
  readonly files: ReadonlyMap<string, ReadFile>;
  readonly warnings: readonly string[];
}

/** Every file that the locations name, and those the files name in turn. A file in `known` that has not changed is not read again. */
async function gather(
  locations: readonly { readonly target: string }[],
  known: ReadonlyMap<string, ReadFile>,
): Promise<Gathered> {
  const files = new Map<string, ReadFile>();
  const warnings: string[] = [];
  const open: string[] = [];
  const follow = async (target: string) => {
    const paths = await expand(target);
    if (paths.length === 0) warnings.push(`The catalog names ${target}, and there is no such file.`);
    open.push(...paths);
  };
  for (const { target } of locations) await follow(resolve(target));
  for (let path = open.shift(); path !== undefined && files.size < mostFiles; path = open.shift()) {
    if (files.has(path)) continue;
    const file = await readChanged(path, known.get(path));
    files.set(path, file);
    warnings.push(...file.warnings);
    for (const target of file.targets) await follow(resolve(dirname(path), target));
  }
  return { files, warnings };
}

/** Whether not one file has changed, come or gone. */
function isSame(one: Gathered, other: Gathered): boolean {
  return (
    one.files.size === other.files.size &&
    [...one.files].every(([path, file]) => other.files.get(path) === file) &&
    one.warnings.join("\n") === other.warnings.join("\n")
  );
}

/** The paths a target stands for: itself, or those that fit it when it is a pattern. */
async function expand(target: string): Promise<readonly string[]> {
  if (await exists(target)) return [target];
  const paths: string[] = [];
  if (/[*?[{]/.test(target)) for await (const path of glob(target)) paths.push(path);
  return paths.sort();
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** What was read before, where the file is still the same. */
async function readChanged(path: string, before: ReadFile | undefined): Promise<ReadFile> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    const state = `${mtimeMs} ${size} ${ino}`;
    if (before?.state === state) return before;
    return { ...readEntities({ name: path, text: await readFile(path, "utf8") }), state };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      users: [],
      groups: [],
      targets: [],
      warnings: [`${path} cannot be read: ${reason}.`],
      state: null,
    };
  }
}
