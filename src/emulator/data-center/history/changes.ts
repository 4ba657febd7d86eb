/** Owns the files a commit changed, as a page. */
import type { Context } from "hono";
import type { Change } from "../../git/changes.ts";
import { type PathBytes, pathOfText } from "../../git/path.ts";
import { listPage } from "../paging.ts";
import {
  fromHashText,
  type Sides,
  sidesOfCommit,
  sidesOfCompare,
  sidesOfRange,
  treesOf,
} from "./comparison.ts";
import type { HistoryHandler, Opened } from "./opened.ts";
import { pathObject } from "./path-object.ts";

export const commitChanges: HistoryHandler = async (c, opened) =>
  changePage(c, opened, await sidesOfCommit(c, opened));

export const rangeChanges: HistoryHandler = async (c, opened) =>
  changePage(c, opened, await sidesOfRange(c, opened));

export const compareChanges: HistoryHandler = async (c, opened) =>
  changePage(c, opened, await sidesOfCompare(c, opened));

/** What is beyond the cap cannot be had by asking on. */
async function changePage(c: Context, opened: Opened, sides: Sides | Response): Promise<Response> {
  if (sides instanceof Response) return sides;
  const { rules } = opened.context;
  const { oldTree, newTree } = await treesOf(opened, sides);
  const changes = await opened.git.changes(oldTree, newTree, { withCopies: true });
  return listPage(c, changes.slice(0, rules.maxChanges), {
    rules,
    most: rules.maxChanges,
    around: { fromHash: fromHashText(sides, rules), toHash: sides.toHash, properties: {} },
    render: changeObject,
  });
}

const types = {
  added: { type: "ADD", gitChangeType: "ADD" },
  copied: { type: "COPY", gitChangeType: "COPY" },
  removed: { type: "DELETE", gitChangeType: "DELETE" },
  modified: { type: "MODIFY", gitChangeType: "MODIFY" },
  renamed: { type: "MOVE", gitChangeType: "RENAME" },
} as const satisfies Readonly<Record<Change["status"], object>>;

export function changeObject(change: Change): object {
  const { type, gitChangeType } = types[change.status];
  const moved = change.status === "renamed" || change.status === "copied";
  const mode = change.newPath === null ? change.old.mode : change.new.mode;
  return {
    contentId: change.new.hash,
    fromContentId: change.old.hash,
    path: pathObject(pathOf(change)),
    executable: change.new.mode === "100755",
    percentUnchanged: change.similarity ?? -1,
    type,
    nodeType: mode === "160000" ? "SUBMODULE" : "FILE",
    ...(moved && change.oldPath !== null ? { srcPath: pathObject(change.oldPath) } : {}),
    ...(change.oldPath === null ? {} : { srcExecutable: change.old.mode === "100755" }),
    links: { self: [null] },
    properties: { gitChangeType },
  };
}

function pathOf({ newPath, oldPath }: Change): PathBytes {
  return newPath ?? oldPath ?? pathOfText("");
}
