/** Owns reading entities from a connected repository: a file of it, and those the file names in turn. */
import { posix } from "node:path";
import { isWindlassError } from "../../base/errors.ts";
import type { CodeHost } from "../../bitbucket/host/host.ts";
import { type CatalogReading, readInSteps } from "../../catalog/entities.ts";
import { inSlices } from "./slices.ts";
import type { CatalogSource, SourceContents } from "./source.ts";

export interface RepositoryCatalog {
  /** Whose access is used, such as `con_4fT…`. */
  readonly connection: string;
  /** `workspace/slug`, or `KEY/slug`. */
  readonly repository: string;
  readonly path: string;
  /** Default: the repository's main branch. */
  readonly branch?: string | undefined;
  readonly refreshSeconds: number;
}

/** Bitbucket, seen with a connection. */
export type HostOf = (
  connection: string,
) => Promise<Pick<CodeHost, "repository" | "resolveBranch" | "readFile">>;

/** Each is a call of its own. */
const mostFiles = 200;

/** Asks what the branch points to, and reads nothing where that is the commit of the last time. */
export function repositorySource(
  { connection, repository, path, branch, refreshSeconds }: RepositoryCatalog,
  hostOf: HostOf,
): CatalogSource {
  const [workspace = "", slug = ""] = repository.split("/");
  const place = { workspace, slug };
  let last: { readonly hash: string; readonly contents: SourceContents } | null = null;
  return {
    name: `${repository}/${path}`,
    isNear: false,
    refreshSeconds: () => refreshSeconds,
    async read() {
      const host = await hostOf(connection);
      const main = branch ?? (await host.repository(place)).mainBranch;
      if (main === null) throw new Error("the repository is empty");
      const hash = await host.resolveBranch(place, main);
      if (last?.hash === hash) return last.contents;
      const contents = await readAll(path, (each) => host.readFile(place, { hash, path: each }), repository);
      last = { hash, contents };
      return contents;
    },
  };
}

/** The first file has to be there; of those it names, one that is not is left out and told. */
async function readAll(
  first: string,
  read: (path: string) => Promise<string>,
  repository: string,
): Promise<SourceContents> {
  const readings = new Map<string, CatalogReading>();
  const warnings: string[] = [];
  const open = [first];
  for (let path = open.shift(); path !== undefined; path = open.shift()) {
    if (readings.has(path)) continue;
    if (readings.size === mostFiles) {
      warnings.push(
        `${repository} has more than ${mostFiles} files of the catalog; the others are left out.`,
      );
      break;
    }
    const text = await read(path).catch((error: unknown) => {
      if (path === first || !isWindlassError(error, "bitbucket.not_found")) throw error;
      warnings.push(`${repository} has no ${path}, which the catalog names.`);
      return "";
    });
    const reading = await inSlices(readInSteps({ name: `${repository}/${path}`, text }));
    readings.set(path, reading);
    warnings.push(...reading.warnings);
    for (const target of reading.targets) {
      const named = within(path, target);
      if (named === null)
        warnings.push(`${repository}/${path} names ${target}, which is no file of the repository.`);
      else open.push(named);
    }
  }
  const all = [...readings.values()];
  return { users: all.flatMap(({ users }) => users), groups: all.flatMap(({ groups }) => groups), warnings };
}

/** Relative to the file that names it; null for what leads out of the repository. */
function within(path: string, target: string): string | null {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target) || target.startsWith("/")) return null;
  const named = posix.join(posix.dirname(path), target);
  return named.startsWith("../") || named === ".." ? null : named;
}
