/** Owns reading where a comment is to stand. */
import { badParameter } from "../../errors.ts";
import type { JsonObject } from "../../json-body.ts";
import { outOfDate } from "../errors.ts";
import type { Asked } from "../found.ts";
import { objectIn } from "../opening/wanted.ts";
import type { CommentAnchor } from "../state.ts";

const diffTypes = ["EFFECTIVE", "COMMIT", "RANGE"] as const;
const lineTypes = ["ADDED", "REMOVED", "CONTEXT"] as const;
const fileTypes = ["FROM", "TO"] as const;

/** Null: a comment on the whole. Without hashes the diff is the effective one; with them its type must be told. */
export async function anchorIn(body: JsonObject, asked: Asked): Promise<CommentAnchor | null | Response> {
  const given = objectIn(body, "anchor");
  if (given === null) return null;
  const path = pathIn(given, "path");
  if (path === null) return badParameter("anchor.path", "The anchor must have a path.");
  const { from, to } = asked.pullRequest;
  const hasHashes = given.fromHash !== undefined || given.toHash !== undefined;
  const diffType = oneOf(diffTypes, given.diffType ?? (hasHashes ? undefined : "EFFECTIVE"));
  if (diffType === null)
    return badParameter("anchor.diffType", `The diffType must be one of ${diffTypes.join(", ")}.`);
  const { fromHash = to.commitHash, toHash = from.commitHash } = given;
  if (typeof fromHash !== "string" || typeof toHash !== "string")
    return badParameter("anchor", "fromHash and toHash must be commits.");
  const isEffective = fromHash === to.commitHash && toHash === from.commitHash;
  if (diffType === "EFFECTIVE" && !isEffective)
    return outOfDate(asked.context, asked.pullRequest, asked.pullRequest.version);
  const line = lineIn(given);
  if (line instanceof Response) return line;
  return { path, srcPath: pathIn(given, "srcPath"), fromHash, toHash, diffType, ...line };
}

/** A path is written as text, or as Bitbucket itself writes it. */
function pathIn(anchor: JsonObject, name: string): string | null {
  const path = anchor[name];
  if (typeof path === "string" && path !== "") return path;
  const components = objectIn(anchor, name)?.components;
  return Array.isArray(components) && components.length > 0 ? components.map(String).join("/") : null;
}

function lineIn(anchor: JsonObject): Pick<CommentAnchor, "line" | "lineType" | "fileType"> | Response {
  const { line } = anchor;
  if (line === undefined || line === null || line === 0)
    return { line: null, lineType: null, fileType: null };
  if (typeof line !== "number" || !Number.isInteger(line) || line < 1)
    return badParameter("anchor.line", "The line must be a number of 1 or more.");
  const lineType = oneOf(lineTypes, anchor.lineType);
  if (lineType === null)
    return badParameter("anchor.lineType", `The lineType must be one of ${lineTypes.join(", ")}.`);
  const fileType = oneOf(fileTypes, anchor.fileType ?? (lineType === "REMOVED" ? "FROM" : "TO"));
  if (fileType === null) return badParameter("anchor.fileType", "The fileType must be FROM or TO.");
  return { line, lineType, fileType };
}

function oneOf<Word extends string>(words: readonly Word[], given: unknown): Word | null {
  return words.find((each) => each === given) ?? null;
}
