/** Owns merging a pull request, and telling whether it could be. */

import { onlyIn } from "../../../git/log.ts";
import { type MergeStrategy, merge, mergeStrategies, mergesCleanly } from "../../../git/merge.ts";
import { branchTip } from "../../../git/references.ts";
import { dcError, json } from "../../answers.ts";
import { badParameter, notPermitted } from "../../errors.ts";
import type { JsonObject } from "../../json-body.ts";
import { has } from "../../version.ts";
import { personById } from "../../world.ts";
import { illegalState, mergeVetoed, outOfDate, type Veto } from "../errors.ts";
import { catchUp } from "../follow.ts";
import {
  type Asked,
  type AskedHandler,
  type FoundHandler,
  levelOfCaller,
  optionalBody,
  staleVersion,
} from "../found.ts";
import { pullRequestShape, repositoryOf } from "../shape.ts";
import { closeAs, note } from "../state.ts";

/** `GET merge`: 409 for what is not open. */
export const mergeability: FoundHandler = async (c, found) => {
  const { pullRequest, git } = found;
  if (pullRequest.state !== "OPEN") return illegalState(pullRequest, "merged");
  const conflicted = !(await mergesCleanly(git, pullRequest.to.commitHash, pullRequest.from.commitHash));
  const caller = c.get("caller");
  const level = caller.kind === "anonymous" ? 0 : levelOfCaller(found, caller);
  const vetoes = [...(level < 2 ? [noRight] : []), ...vetoesOf(found)];
  return json({
    canMerge: !conflicted && vetoes.length === 0,
    conflicted,
    outcome: conflicted ? "CONFLICTED" : "CLEAN",
    vetoes,
  });
};

const noRight: Veto = {
  summaryMessage: "Insufficient branch permissions",
  detailedMessage: "You do not have permission to write to this repository.",
};

function vetoesOf({ context, pullRequest }: Pick<Asked, "context" | "pullRequest">): readonly Veto[] {
  if (!pullRequest.draft || !context.rules.vetoMergesDrafts) return [];
  return [
    {
      summaryMessage: "Pull request is a draft",
      detailedMessage: "A draft cannot be merged. Mark it as ready for review first.",
    },
  ];
}

/** `POST merge`: in git, then the push and the merge are told. */
export const mergePullRequest: AskedHandler = async (c, asked) => {
  const body = await optionalBody(c);
  if (body instanceof Response) return body;
  const refused = mayMerge(asked);
  if (refused !== null) return refused;
  const { context, pullRequest } = asked;
  if (pullRequest.state !== "OPEN") return illegalState(pullRequest, "merged");
  const stale = staleVersion(c, asked, body);
  if (stale !== null) return stale;
  if (body.autoMerge === true && has("autoMerge", context)) return autoMergeIsOff();
  const strategy = strategyIn(body);
  if (strategy === undefined)
    return badParameter("strategyId", `The merge strategy '${String(body.strategyId)}' is not known.`);
  const vetoes = vetoesOf(asked);
  if (vetoes.length > 0) return mergeVetoed(false, vetoes);
  return mergeNow(asked, strategy, body);
};

/** The version was judged before: nobody could have read the one that commits in the folder itself lead to. */
async function mergeNow(asked: Asked, strategy: MergeStrategy, body: JsonObject): Promise<Response> {
  const { context, pullRequest } = asked;
  const { version } = pullRequest;
  if (!(await catchUp(asked))) return illegalState(pullRequest, "merged");
  const outcome = await mergeInGit(asked, strategy, await messageOf(asked, body));
  if (outcome === "conflicts") return mergeVetoed(true, []);
  if (outcome === "merged") return json(pullRequestShape(context, pullRequest));
  await catchUp(asked);
  return outOfDate(context, pullRequest, version);
}

/** Somebody who may write. Tokens of projects and repositories cannot merge at all. */
function mayMerge(asked: Asked): Response | null {
  const { actor, context } = asked;
  if (actor.kind === "token")
    return context.rules.tokenMergeStatus === 401
      ? notPermitted()
      : dcError(403, "AuthorisationException", "This access token has no user who could merge.");
  return levelOfCaller(asked, actor) >= 2 ? null : notPermitted();
}

function autoMergeIsOff(): Response {
  return dcError(403, "pull.AutoMergeDisabledException", "Auto-merge is not enabled for this repository.");
}

function strategyIn({ strategyId = "no-ff" }: JsonObject): MergeStrategy | undefined {
  return mergeStrategies.find((each) => each === strategyId);
}

/** The subject names the pull request, unless the caller wants their own message alone. */
async function messageOf(
  { context, git, repository, pullRequest }: Asked,
  body: JsonObject,
): Promise<string> {
  const { id, title, from, to } = pullRequest;
  const own = typeof body.message === "string" ? body.message : "";
  const subject = `Pull request #${id}: ${title}`;
  if (own !== "") return body.autoSubject === false ? own : `${subject}\n\n${own}`;
  const source = repositoryOf(context, from);
  const where = `Merge in ${repository.projectKey}/${repository.slug} from ${source.id === repository.id ? "" : `${source.slug}:`}${from.name} to ${to.name}`;
  const selection = onlyIn(from.commitHash, to.commitHash);
  const hashes = await git.log.commits(selection, { skip: 0, count: 10 });
  const commits = await Promise.all(hashes.map((hash) => git.commit(hash)));
  const lines = commits.map((each) => `* commit '${each?.hash}':\n  ${each?.message.split("\n")[0]}`);
  return [subject, where, lines.join("\n")].join("\n\n");
}

type Outcome = "merged" | "conflicts" | "too late";

async function mergeInGit(asked: Asked, strategy: MergeStrategy, message: string): Promise<Outcome> {
  const { context, repository, pullRequest, actor, userId } = asked;
  const at = context.clock.now();
  const person = personById(context.world, userId);
  const name = person?.displayName ?? "Bitbucket";
  const committer = { name, email: person?.emailAddress ?? "", at };
  const { result: tip, changes } = await context.git.write(repository.path, async (git) => {
    // Somebody may have merged or pushed while this one waited.
    const { from, to, state } = pullRequest;
    if (state !== "OPEN" || branchTip(await git.references(), to.name) !== to.commitHash) return undefined;
    const what = { to: to.commitHash, from: from.commitHash, branch: to.name, message, committer };
    return merge(git, strategy, what);
  });
  if (tip === undefined) return "too late";
  if (tip === null) return "conflicts";
  // It is closed before the push is told of: else the push would be taken for a merge of somebody else's.
  closeAs(pullRequest, { state: "MERGED", at, mergeCommitHash: tip });
  note(context.world.pullRequests, pullRequest, { at, userId, deed: { action: "MERGED", commitHash: tip } });
  await context.events.emit({ kind: "push", repository, actor, changes });
  await context.events.emit({ kind: "pr:merged", repository, actor, pullRequest });
  return "merged";
}
