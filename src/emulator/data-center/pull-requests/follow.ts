/** Owns what a push does to open pull requests: their commits move along, and some are merged or declined by it. */

import type { RefChange } from "../../git/ref-changes.ts";
import { tipOf } from "../../git/references.ts";
import type { DataCenterContext } from "../context.ts";
import type { DcPushEvent } from "../events.ts";
import type { Asked } from "./found.ts";
import { closeAs, type DcPullRequest, note, type PullRequestRef } from "./state.ts";
import { userIdOf } from "./users.ts";

/** Listens to pushes, of people and of merges alike. */
export function followPushes(context: DataCenterContext): void {
  context.events.on(async (event) => {
    if (event.kind !== "push") return;
    for (const pullRequest of [...context.world.pullRequests.all])
      if (isOpen(pullRequest)) await rescope(context, event, pullRequest);
  });
}

/**
 * Commits made in the folder itself, of which no push tells, are met here: the pull request moves as if the caller had
 * pushed them just now. False: it is closed, by that or before.
 */
export async function catchUp({ context, repository, pullRequest, actor }: Asked): Promise<boolean> {
  if (!isOpen(pullRequest)) return false;
  const references = await (await context.git.open(repository.path)).references();
  const { from, to } = pullRequest;
  const changes = [from, to].map(({ kind, name }) => ({ kind, name, new: tipOf(references, kind, name) }));
  await rescope(context, { repository, actor, changes }, pullRequest);
  return isOpen(pullRequest);
}

function isOpen({ state }: DcPullRequest): boolean {
  return state === "OPEN";
}

/** Where references are now, and who is taken to have moved them. */
interface Moved extends Pick<DcPushEvent, "repository" | "actor"> {
  readonly changes: readonly Pick<RefChange, "kind" | "name" | "new">[];
}

async function rescope(context: DataCenterContext, push: Moved, pullRequest: DcPullRequest): Promise<void> {
  const [from, to] = [changeOf(push, pullRequest.from), changeOf(push, pullRequest.to)];
  if (from === undefined && to === undefined) return;
  const isGone = to?.new === null || (from?.new === null && context.rules.deletedSource === "declined");
  if (isGone) return close(context, push, pullRequest, "DECLINED");
  const before = { from: pullRequest.from, to: pullRequest.to };
  const moved = {
    from: await movedTo(context, push, before.from, from),
    to: await movedTo(context, push, before.to, to),
  };
  if (moved.from === before.from && moved.to === before.to) return;
  if (moved.to !== before.to && (await has(context, push, moved.to, moved.from))) {
    pullRequest.from = moved.from;
    return close(context, push, pullRequest, "MERGED");
  }
  pullRequest.from = moved.from;
  pullRequest.to = moved.to;
  pullRequest.updatedAt = context.clock.now();
  if (context.rules.rescopeBumpsVersion) pullRequest.version += 1;
  await tell(context, push, pullRequest, before);
}

function changeOf({ repository, changes }: Moved, ref: PullRequestRef): Moved["changes"][number] | undefined {
  if (ref.repositoryId !== repository.id) return undefined;
  return changes.find(({ kind, name }) => kind === ref.kind && name === ref.name);
}

/** A tag leads to its commit. What has gone stays where it was. */
async function movedTo(
  context: DataCenterContext,
  { repository }: Moved,
  ref: PullRequestRef,
  change: Moved["changes"][number] | undefined,
): Promise<PullRequestRef> {
  if (change === undefined || change.new === null) return ref;
  const git = await context.git.open(repository.path);
  const commitHash = (await git.resolve(change.new)) ?? ref.commitHash;
  return commitHash === ref.commitHash ? ref : { ...ref, commitHash };
}

/** Whether the target has everything of the source: then somebody merged it elsewhere. */
async function has(
  context: DataCenterContext,
  { repository }: Moved,
  to: PullRequestRef,
  from: PullRequestRef,
): Promise<boolean> {
  const git = await context.git.open(repository.path);
  return git.log.isAncestor(from.commitHash, to.commitHash);
}

async function close(
  context: DataCenterContext,
  { actor, repository }: Moved,
  pullRequest: DcPullRequest,
  state: "MERGED" | "DECLINED",
): Promise<void> {
  const at = context.clock.now();
  closeAs(pullRequest, { state, at });
  const userId = userIdOf(context, actor);
  const deed =
    state === "MERGED"
      ? ({ action: "MERGED", commitHash: null } as const)
      : ({ action: "DECLINED" } as const);
  note(context.world.pullRequests, pullRequest, { at, userId, deed });
  const kind = state === "MERGED" ? "pr:merged" : "pr:declined";
  await context.events.emit({ kind, repository, actor, pullRequest });
}

async function tell(
  context: DataCenterContext,
  { actor, repository }: Moved,
  pullRequest: DcPullRequest,
  before: { readonly from: PullRequestRef; readonly to: PullRequestRef },
): Promise<void> {
  const { from, to } = pullRequest;
  const [previousFromHash, previousToHash] = [before.from.commitHash, before.to.commitHash];
  const userId = userIdOf(context, actor);
  const hashes = { fromHash: from.commitHash, previousFromHash, toHash: to.commitHash, previousToHash };
  note(context.world.pullRequests, pullRequest, {
    at: context.clock.now(),
    userId,
    deed: { action: "RESCOPED", ...hashes },
  });
  const about = { repository, actor, pullRequest };
  if (from.commitHash !== previousFromHash)
    await context.events.emit({ kind: "pr:from_ref_updated", ...about, previousFromHash });
  if (to.commitHash !== previousToHash)
    await context.events.emit({ kind: "pr:to_ref_updated", ...about, previousToHash });
}
