/** Owns the comments inside a pull request's JSON diff: whole at their file, by their numbers at their lines. */
import type { Context } from "hono";
import type { DcEnv } from "../../caller.ts";
import type { Sides } from "../../history/comparison.ts";
import type { FileObject, LineObject, SegmentObject } from "../../history/diff-object.ts";
import { type Found, readerOf } from "../found.ts";
import { commentShape, isShownTo } from "../shape.ts";
import type { CommentAnchor, PullRequestComment } from "../state.ts";

/** Adds them to a file of a diff, unless `withComments=false`. A file nobody commented stays as it is. */
export function remarksOn(c: Context<DcEnv>, found: Found, sides: Sides): (file: FileObject) => object {
  const { context, pullRequest } = found;
  const reader = readerOf(c, found);
  const isWanted = c.req.query("withComments")?.toLowerCase() !== "false";
  const all = isWanted ? pullRequest.comments.filter((each) => isShownTo(reader, each)) : [];
  return (file) => {
    const here = all.filter((each) => each.parentId === null && isOn(each, file, sides));
    if (here.length === 0) return file;
    const lineComments = here.map((each) => commentShape(context, pullRequest, each, reader));
    return {
      ...file,
      ...(file.hunks === undefined ? {} : { hunks: hunksWith(file.hunks, here) }),
      lineComments,
    };
  };
}

/** On a line of this file, in this very diff. */
function isOn({ anchor }: PullRequestComment, { source, destination }: FileObject, sides: Sides): boolean {
  if (anchor === null || anchor.line === null) return false;
  if (anchor.fromHash !== sides.fromHash || anchor.toHash !== sides.toHash) return false;
  return anchor.path === (destination ?? source)?.toString;
}

function hunksWith(hunks: NonNullable<FileObject["hunks"]>, comments: readonly PullRequestComment[]) {
  return hunks.map((hunk) => ({
    ...hunk,
    segments: hunk.segments.map((segment) => ({
      ...segment,
      lines: segment.lines.map((line) => {
        const ids = comments.filter(({ anchor }) => stands(anchor, segment, line)).map(({ id }) => id);
        return ids.length === 0 ? line : { ...line, commentIds: ids };
      }),
    })),
  }));
}

function stands(anchor: CommentAnchor | null, { type }: SegmentObject, line: LineObject): boolean {
  if (anchor === null || anchor.lineType !== type) return false;
  return anchor.line === (anchor.fileType === "FROM" ? line.source : line.destination);
}
