/** Owns diffs and patches: as JSON, as git's text where that is asked for, and raw. */
import type { Context } from "hono";
import { json } from "../answers.ts";
import { notAcceptable } from "../errors.ts";
import {
  fromHashText,
  type Sides,
  selectionOf,
  sidesOfCommit,
  sidesOfCompare,
  sidesOfRange,
  treesOf,
} from "./comparison.ts";
import { diffsObject, type FileObject } from "./diff-object.ts";
import { demandedCommit, isTrue, namedCommit } from "./location.ts";
import type { HistoryHandler, Opened } from "./opened.ts";
import { readDiff, readPrefixes } from "./read-diff.ts";

/** `commits/{id}/diff[/path]`: `Accept: text/plain` gives git's text. */
export const commitDiff: HistoryHandler = async (c, opened) => {
  const sides = await sidesOfCommit(c, opened);
  return sides instanceof Response ? sides : eitherDiff(c, opened, sides);
};

/** As JSON, in which `remark` may add to a file, or as text where that is asked for. */
export function eitherDiff(
  c: Context,
  opened: Opened,
  sides: Sides,
  remark?: (file: FileObject) => object,
): Promise<Response> {
  return wantsText(c) ? textDiff(c, opened, sides) : jsonDiff(c, opened, sides, remark);
}

/** `compare/diff[/path]`. */
export const compareDiff: HistoryHandler = async (c, opened) => {
  const sides = await sidesOfCompare(c, opened);
  if (sides instanceof Response) return sides;
  if (!wantsText(c)) return jsonDiff(c, opened, sides);
  return opened.context.rules.compareDiffText ? textDiff(c, opened, sides) : notAcceptable();
};

/** `diff[/path]?since=&until=`: always text. */
export const rawDiff: HistoryHandler = async (c, opened) => {
  const sides = await sidesOfRange(c, opened);
  return sides instanceof Response ? sides : textDiff(c, opened, sides);
};

/** `patch?since=&until=`: one mail a commit, a single one without `since`; all there are with `allAncestors`. */
export const patch: HistoryHandler = async (c, opened) => {
  const until = await demandedCommit(c, "until", opened);
  if (until instanceof Response) return until;
  if (isTrue(c, "allAncestors")) return text(c, opened.git.patchOfAll(until));
  const since = await namedCommit(c, "since", opened);
  return since instanceof Response ? since : text(c, opened.git.patch(until, since));
};

function wantsText(c: Context): boolean {
  const accept = c.req.header("Accept") ?? "*/*";
  return accept.includes("text/plain") && !accept.includes("json");
}

/** git's text, of the path behind `/diff/` if there is one. */
export async function textDiff(c: Context, opened: Opened, sides: Sides): Promise<Response> {
  const { rules } = opened.context;
  const { oldTree, newTree } = await treesOf(opened, sides);
  const prefixes = rules.diffPrefixes === "src://" ? { prefixes: readPrefixes } : {};
  const diff = opened.git.diff(oldTree, newTree, {
    ...(await selectionOf(c, opened, sides)),
    ...prefixes,
    context: context(c, opened),
  });
  return text(c, diff);
}

async function jsonDiff(
  c: Context,
  opened: Opened,
  sides: Sides,
  remark: (file: FileObject) => object = (file) => file,
): Promise<Response> {
  const { rules } = opened.context;
  const { oldTree, newTree } = await treesOf(opened, sides);
  const selection = await selectionOf(c, opened, sides);
  const options = { ...selection, prefixes: readPrefixes, context: context(c, opened) };
  const bytes = await new Response(opened.git.diff(oldTree, newTree, options)).arrayBuffer();
  const { diffs, truncated } = diffsObject(readDiff(Buffer.from(bytes)), rules.maxDiffLines);
  return json({
    fromHash: fromHashText(sides, rules),
    toHash: sides.toHash,
    contextLines: options.context,
    whitespace: selection.ignoreWhitespace === true ? "IGNORE_ALL" : "SHOW",
    diffs: diffs.map(remark),
    truncated,
  });
}

function context(c: Context, { context: { rules } }: Opened): number {
  const asked = c.req.query("contextLines");
  return asked !== undefined && /^\d{1,6}$/.test(asked) ? Number(asked) : rules.diffContext;
}

/** The bytes as they are in the repository. Whole hashes never lead elsewhere, so only their answers may be kept. */
export function text(c: Context, body: ReadableStream<Uint8Array>): Response {
  const revisions = ["since", "until"].flatMap((name) => c.req.query(name) ?? []);
  const stays = revisions.length > 0 && revisions.every((revision) => /^[0-9a-f]{40}$/.test(revision));
  return new Response(body, {
    headers: {
      "Content-Type": "text/plain;charset=UTF-8",
      ...(stays ? { "Cache-Control": "private, max-age=31536000" } : {}),
    },
  });
}
