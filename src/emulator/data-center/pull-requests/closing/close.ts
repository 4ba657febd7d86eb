/** Owns declining, opening again and deleting. */
import { tipOf } from "../../../git/references.ts";
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
import { closeAs, note } from "../state.ts";

export const decline: AskedHandler = async (c, asked) => {
  const body = await optionalBody(c);
  if (body instanceof Response) return body;
  if (!mayManage(asked)) return notPermitted();
  const { context, pullRequest, repository, actor, userId } = asked;
  if (pullRequest.state !== "OPEN") return illegalState(pullRequest, "declined");
  const stale = staleVersion(c, asked, body);
  if (stale !== null) return stale;
  const at = context.clock.now();
  closeAs(pullRequest, { state: "DECLINED", at });
  note(context.world.pullRequests, pullRequest, { at, userId, deed: { action: "DECLINED" } });
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
  const references = await git.references();
  for (const side of ["from", "to"] as const) {
    const { kind, name } = pullRequest[side];
    const commitHash = tipOf(references, kind, name);
    if (commitHash === null) return illegalState(pullRequest, "reopened, as a branch of it is gone");
    pullRequest[side] = { ...pullRequest[side], commitHash };
  }
  openAgain(asked);
  await context.events.emit({ kind: "pr:reopened", repository, actor, pullRequest });
  return json(pullRequestShape(context, pullRequest));
};

function openAgain({ context, pullRequest, userId }: Asked): void {
  const at = context.clock.now();
  pullRequest.state = "OPEN";
  pullRequest.closedAt = null;
  pullRequest.updatedAt = at;
  pullRequest.version += 1;
  note(context.world.pullRequests, pullRequest, { at, userId, deed: { action: "REOPENED" } });
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
