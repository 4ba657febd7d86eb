/** Owns which comments on a file a request asks for: by state and by kind of diff. */
import type { Context } from "hono";
import { badParameter } from "../../errors.ts";
import type { PullRequestComment } from "../state.ts";

type Wants = (comment: PullRequestComment) => boolean;

const anchorStates = ["ACTIVE", "ORPHANED", "ALL"];
const diffTypes = ["EFFECTIVE", "COMMIT", "RANGE"];

/** What a query lets through, or 400. Here no comment is ever orphaned: a line that is gone keeps its own. */
export function filterOf(c: Context): Wants | Response {
  const anchorState = (c.req.query("anchorState") ?? "ACTIVE").toUpperCase();
  if (!anchorStates.includes(anchorState))
    return badParameter("anchorState", `anchorState must be one of ${anchorStates.join(", ")}.`);
  const kinds = wordsIn(c, "diffTypes", "diffType");
  if (kinds?.some((kind) => !diffTypes.includes(kind)))
    return badParameter("diffTypes", `diffTypes must be of ${diffTypes.join(", ")}.`);
  const [fromHash, toHash] = [c.req.query("fromHash"), c.req.query("toHash")];
  if (kinds?.some((kind) => kind !== "EFFECTIVE") && (!fromHash || !toHash))
    return badParameter("fromHash", "RANGE and COMMIT need fromHash and toHash.");
  const states = wordsIn(c, "states", "state");
  return ({ anchor, state }) => {
    if (anchor === null) return false;
    return (
      anchorState !== "ORPHANED" &&
      (kinds?.includes(anchor.diffType) ?? true) &&
      (!fromHash || anchor.fromHash === fromHash) &&
      (!toHash || anchor.toHash === toHash) &&
      (states?.includes(state) ?? true)
    );
  };
}

/** The words of a parameter in capitals, repeated or with commas, under its newer name or its older. */
export function wordsIn(c: Context, name: string, older: string): readonly string[] | undefined {
  const given = c.req.queries(name) ?? c.req.queries(older);
  return given?.flatMap((words) => words.toUpperCase().split(","));
}
