/** Owns the last commit that touched each entry of a folder. */

import type { PathBytes } from "../../git/path.ts";
import { joinPath, pathText } from "../../git/path.ts";
import { json } from "../answers.ts";
import { badParameter, noSuchPath } from "../errors.ts";
import { commitObject } from "./commits.ts";
import type { HistoryHandler, Opened } from "./opened.ts";
import { findPlace } from "./place.ts";

/** `at` must be told below the root; at the root it is the default branch unless told. */
export const lastModified: HistoryHandler = async (c, opened) => {
  const place = await findPlace(c, "last-modified", opened);
  if (place instanceof Response) return place;
  const { entry, path, commitHash } = place;
  if (path !== "" && !c.req.query("at")) return badParameter("at", "The at parameter is required.");
  if (entry.kind !== "folder") return noSuchPath(pathText(path), commitHash);
  const files: Record<string, object> = {};
  for (const child of await opened.git.folder(entry.hash)) {
    const touched = await lastTouch(opened, commitHash, joinPath(path, child.name));
    if (touched !== null) files[pathText(child.name)] = touched;
  }
  const latestCommit = await lastTouch(opened, commitHash, path === "" ? null : path);
  return json({ files, ...(latestCommit === null ? {} : { latestCommit }) });
};

async function lastTouch(
  { git, context }: Opened,
  from: string,
  path: PathBytes | null,
): Promise<object | null> {
  const [hash] = await git.log.commits({ include: [from], exclude: [], path }, { skip: 0, count: 1 });
  const commit = hash === undefined ? null : await git.commit(hash);
  return commit === null ? null : commitObject(context, commit, null);
}
