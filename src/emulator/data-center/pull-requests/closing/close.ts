/** Owns declining, opening again and deleting. */
import { json } from "../../answers.ts";
import { notPermitted } from "../../errors.ts";
import { jsonObject } from "../../json-body.ts";
import { duplicate, illegalState } from "../errors.ts";
import {
  type Asked,
  type AskedHandler,
  levelOfCaller,
  mayManage,
  optionalBody,
  staleVersion,
} from "../found.ts";
import { openBetween } from "../opening/create.ts";
import { pullRequestShape } from "../shape.ts";
import { note } from "../state.ts";

export const decline: AskedHandler = async (c, asked) => {
  const body = await optionalBody(c);
  if (body instanceof Response) return body;
  if (!mayManage(asked)) return notPermitted();
  const { context, pullRequest, repository, actor } = asked;
  if (pullRequest.state !== "OPEN") return illegalState(pullRequest, "declined");
  const stale = staleVersion(c, asked, body);
  if (stale !== null) return stale;
  turn(asked, "DECLINED");
  await context.events.emit({ kind: "pr:declined", repository, actor, pullRequest });
  return json(pullRequestShape(context, pullRequest));
};

/** What is declined is open again with the branches as they are now. */
export const reopen: AskedHandler = async (c, asked) => {
  const body = await optionalBody(c);
  if (body instanceof Response) return body;
  if (!mayManage(asked)) return notPermitted();
  const { context, pullRequest, repository, actor, git } = asked;
  if (pullRequest.state !== "DECLINED") return illegalState(pullRequest, "reopened");
  const stale = staleVersion(c, asked, body);
  if (stale !== null) return stale;
  const existing = openBetween(asked, pullRequest.from, pullRequest.to);
  if (existing !== undefined) return duplicate(context, existing);
  const { all } = await git.references();
  for (const side of ["from", "to"] as const) {
    const { kind, name } = pullRequest[side];
    const now = all.find((each) => each.kind === kind && each.name === name);
    if (now === undefined) return illegalState(pullRequest, "reopened, as a branch of it is gone");
    pullRequest[side] = { ...pullRequest[side], commitHash: now.commitHash };
  }
  turn(asked, "OPEN");
  await context.events.emit({ kind: "pr:reopened", repository, actor, pullRequest });
  return json(pullRequestShape(context, pullRequest));
};

function turn({ context, pullRequest, userId }: Asked, state: "OPEN" | "DECLINED"): void {
  const at = context.clock.now();
  Object.assign(pullRequest, {
    ...{ state, version: pullRequest.version + 1, updatedAt: at },
    closedAt: state === "OPEN" ? null : at,
  });
  const action = state === "OPEN" ? "REOPENED" : "DECLINED";
  note(context.world.pullRequests, pullRequest, { at, userId, deed: { action } });
}

/** Its author's right, or an administrator's; never of what was merged. */
export const deletePullRequest: AskedHandler = async (c, asked) => {
  const body = await jsonObject(c);
  if (body instanceof Response) return body;
  const { context, pullRequest, repository, actor, userId } = asked;
  if (pullRequest.authorId !== userId && levelOfCaller(asked, actor) < 3) return notPermitted();
  const stale = staleVersion(c, asked, body);
  if (stale !== null) return stale;
  if (pullRequest.state === "MERGED") return illegalState(pullRequest, "deleted");
  const { all } = context.world.pullRequests;
  all.splice(all.indexOf(pullRequest), 1);
  await context.events.emit({ kind: "pr:deleted", repository, actor, pullRequest });
  return new Response(null, { status: 204 });
};
