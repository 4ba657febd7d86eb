/** Owns `filehistory`: the commits that touched one file. */
import type { FileTouch } from "../../git/log.ts";
import { pathText } from "../../git/path.ts";
import { fileNotFound } from "../answers.ts";
import { queryFlag } from "./location.ts";
import { objectPage } from "./object-page.ts";
import type { Opened, RepositoryHandler } from "./opened.ts";
import { commitObject } from "./shapes/commit.ts";
import { placeObject } from "./shapes/file.ts";
import { findPlace } from "./source.ts";

/**
 * Newest first, followed through renames unless `renames=false`; each entry carries the name of its time.
 * @see "List commits that modified a file", https://developer.atlassian.com/cloud/bitbucket/rest/api-group-source/
 */
export const fileHistory: RepositoryHandler = async (c, opened) => {
  const place = await findPlace(c, opened.git);
  if (place instanceof Response) return place;
  if (place.entry.kind === "folder") return fileNotFound(pathText(place.path));
  const withoutRenames = !queryFlag(c, "renames", true);
  const touches = await opened.git.log.fileHistory(place.commitHash, place.path, withoutRenames);
  const { api: apiOrigin } = opened.context.origins;
  const object = (touch: FileTouch) => touchObject(opened, touch);
  return objectPage(c, touches, { apiOrigin, render: object });
};

/** The file as it was after that commit; a commit that deleted it has nothing more to tell than the name. */
async function touchObject(opened: Opened, { hash, path }: FileTouch): Promise<object> {
  const { git } = opened;
  const commit = await git.commit(hash);
  const entry = commit === null ? null : await git.entry(commit.tree, path);
  const file = entry === null ? null : await placeObject(opened, { entry, path, commitHash: hash });
  return {
    ...(file ?? { type: "commit_file", path: pathText(path) }),
    ...(commit === null ? {} : { commit: commitObject(opened, commit) }),
  };
}
