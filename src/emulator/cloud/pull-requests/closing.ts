/** Owns `merge` and `decline`. */
import type { Context } from "hono";
import { type MergeStrategy, merge } from "../../git/merge.ts";
import { gitOutput } from "../../git/process/run.ts";
import type { RefChange } from "../../git/ref-changes.ts";
import { branchTip } from "../../git/references.ts";
import type { GitRepository } from "../../git/repository.ts";
import type { ApiEnv } from "../access.ts";
import { apiError, badRequest, forbidden, json } from "../answers.ts";
import { accountName, signerOf } from "./accounts.ts";
import { type Acting, alreadyClosed, bodyOf, mayChange, mayWrite } from "./found.ts";
import { pullRequestShape } from "./shape.ts";
import { noteUpdate, type PullRequest } from "./state.ts";

/** What Bitbucket calls the strategies of git. `fast_forward` refuses where the destination went on. */
const strategies = {
  merge_commit: "no-ff",
  squash: "squash",
  fast_forward: "ff-only",
  squash_fast_forward: "squash-ff-only",
  rebase_fast_forward: "rebase-ff-only",
  rebase_merge: "rebase-no-ff",
} as const satisfies Record<string, MergeStrategy>;

type StrategyName = keyof typeof strategies;

interface Wish {
  readonly strategy: StrategyName;
  readonly message: string;
  readonly closesSource: boolean;
}

const longestMessage = 128 * 1024;

/** @see "Merge a pull request" */
export async function mergePullRequest(acting: Acting, c: Context<ApiEnv>): Promise<Response> {
  const { context, repository, pullRequest, actor } = acting;
  if (!mayWrite(context, actor, repository)) return forbidden();
  const wish = readWish(acting, (await bodyOf(c)) ?? {});
  if (wish instanceof Response) return wish;
  const written = await context.git.write(repository.path, (git) => mergeNow(acting, git, wish));
  if (written.result !== null) return written.result;
  const answer = json(pullRequestShape(context, pullRequest));
  await tell(acting, written.changes);
  return answer;
}

function readWish(acting: Acting, body: Readonly<Record<string, unknown>> | Response): Wish | Response {
  if (body instanceof Response) return body;
  const { merge_strategy: strategy = "merge_commit", message, close_source_branch: closes } = body;
  if (!isStrategy(strategy)) {
    const text = `Invalid merge strategy: ${String(strategy)}`;
    return badRequest(text, { merge_strategy: [text] });
  }
  if (typeof message === "string" && Buffer.byteLength(message) > longestMessage)
    return badRequest("message: too long", { message: ["too long"] });
  return {
    strategy,
    message: typeof message === "string" && message !== "" ? message : usualMessage(acting),
    closesSource: typeof closes === "boolean" ? closes : acting.pullRequest.closeSourceBranch,
  };
}

function isStrategy(name: unknown): name is StrategyName {
  return typeof name === "string" && Object.hasOwn(strategies, name);
}

/** As merges made on the website read. */
function usualMessage({ context, pullRequest }: Acting): string {
  const { id, source, title, participants } = pullRequest;
  const approvals = participants
    .filter(({ opinion }) => opinion === "approved")
    .map(({ account }) => `Approved-by: ${accountName(context, account)}`);
  return [`Merged in ${source.branch} (pull request #${id})`, title, ...approvals].join("\n\n");
}

/** Within one piece of writing: what was asked of a pull request that moved meanwhile is done to where it is now. */
async function mergeNow(acting: Acting, git: GitRepository, wish: Wish): Promise<Response | null> {
  const { context, pullRequest, account } = acting;
  const { rules, clock } = context;
  if (pullRequest.state !== "OPEN") return alreadyClosed(context);
  const refused = (message: string) => apiError(rules.pullRequestRefusalStatus, { message });
  if (!(await catchUp(pullRequest, git))) return refused("The destination branch is gone.");
  const { source, destination } = pullRequest;
  const at = clock.now();
  const what = {
    to: destination.hash,
    from: source.hash,
    branch: destination.branch,
    message: wish.message,
    committer: { ...signerOf(context, account), at },
  };
  const tip = await merge(git, strategies[wish.strategy], what);
  if (tip === null) {
    const isBehind = !(await git.log.isAncestor(destination.hash, source.hash));
    return refused(
      wish.strategy.endsWith("fast_forward") && !wish.strategy.startsWith("rebase") && isBehind
        ? "Unable to fast forward due changes in destination branch."
        : "You can't merge until you resolve all merge conflicts.",
    );
  }
  if (wish.closesSource) await deleteBranch(git, source.branch, source.hash);
  pullRequest.state = "MERGED";
  pullRequest.mergeHash = tip;
  pullRequest.closedBy = account;
  noteUpdate(pullRequest, account, at);
  return null;
}

/**
 * Pushes over git are followed as they come, commits made in the folder itself are met here. A source that is gone is
 * merged as it last was; false: there is nothing to merge into.
 */
async function catchUp({ source, destination }: PullRequest, git: GitRepository): Promise<boolean> {
  const references = await git.references();
  const tip = branchTip(references, destination.branch);
  source.hash = branchTip(references, source.branch) ?? source.hash;
  destination.hash = tip ?? destination.hash;
  return tip !== null;
}

/** The main branch stays, and so does one that has gone on since. */
async function deleteBranch(git: GitRepository, branch: string, hash: string): Promise<void> {
  const references = await git.references();
  if (branchTip(references, branch) !== hash || references.mainBranch?.name === branch) return;
  await gitOutput(git.location, ["update-ref", "-d", `refs/heads/${branch}`, hash]);
}

/** One push for all that moved, then the pull request. */
async function tell(
  { context, repository, pullRequest, actor }: Acting,
  changes: readonly RefChange[],
): Promise<void> {
  const { events } = context;
  await events.emit({ kind: "push", repository, actor, changes });
  await events.emit({ kind: "pullrequest:fulfilled", repository, actor, pullRequest });
}

/** @see "Decline a pull request" */
export async function declinePullRequest(acting: Acting, c: Context<ApiEnv>): Promise<Response> {
  const { context, repository, pullRequest, actor, account } = acting;
  if (!mayChange(acting)) return forbidden();
  const body = await bodyOf(c);
  if (body instanceof Response) return body;
  if (pullRequest.state !== "OPEN") return alreadyClosed(context);
  const reason = body?.reason ?? body?.message;
  pullRequest.state = "DECLINED";
  pullRequest.reason = typeof reason === "string" ? reason : "";
  pullRequest.closedBy = account;
  noteUpdate(pullRequest, account, context.clock.now());
  const answer = json(pullRequestShape(context, pullRequest));
  await context.events.emit({ kind: "pullrequest:rejected", repository, actor, pullRequest });
  return answer;
}
