/** Owns finding what lies at a path in a commit. */
import type { Context } from "hono";
import type { TreeEntry } from "../../git/objects/tree.ts";
import { joinPath, type PathBytes, pathText } from "../../git/path.ts";
import type { GitRepository } from "../../git/repository.ts";
import { noSuchPath } from "../errors.ts";
import { commitAt, pathBehind } from "./location.ts";
import type { Opened } from "./opened.ts";

export interface Place {
  readonly entry: TreeEntry;
  readonly path: PathBytes;
  readonly commitHash: string;
}

/** What is at the path behind `/{word}/` in the commit of `at`, or the answer to what is missing. */
export async function findPlace(c: Context, word: string, opened: Opened): Promise<Place | Response> {
  const commitHash = await commitAt(c, "at", opened);
  if (commitHash instanceof Response) return commitHash;
  const path = pathBehind(c, word);
  const entry = await opened.git.entry(await opened.git.treeOf(commitHash), path);
  const { mainBranch } = await opened.git.references();
  const revision = c.req.query("at") || `refs/heads/${mainBranch?.name}`;
  return entry === null ? noSuchPath(pathText(path), revision) : { entry, path, commitHash };
}

/** Every file below a folder, in git's order, its path beginning with `from`. Submodules hold none. */
export async function filesBelow(
  git: GitRepository,
  treeHash: string,
  from: PathBytes,
): Promise<readonly PathBytes[]> {
  const files: PathBytes[] = [];
  for (const entry of await git.folder(treeHash)) {
    const path = joinPath(from, entry.name);
    if (entry.kind === "folder") for (const file of await filesBelow(git, entry.hash, path)) files.push(file);
    else if (entry.kind !== "commit") files.push(path);
  }
  return files;
}
