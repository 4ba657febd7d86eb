/** Owns what a push does to open pull requests: their commits move along, and some are merged or declined by it. */
import type { RefChange } from "../../../git/ref-changes.ts";
import type { DataCenterContext } from "../../context.ts";
import type { DcPushEvent } from "../../events.ts";
import { type DcPullRequest, note, type PullRequestRef } from "../state.ts";
import { userIdOf } from "../users.ts";

/** Listens to pushes, of people and of merges alike. */
export function followPushes(context: DataCenterContext): void {
  context.events.on(async (event) => {
    if (event.kind !== "push") return;
    for (const pullRequest of [...context.world.pullRequests.all])
      if (pullRequest.state === "OPEN") await rescope(context, event, pullRequest);
  });
}

async function rescope(
  context: DataCenterContext,
  push: DcPushEvent,
  pullRequest: DcPullRequest,
): Promise<void> {
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
    Object.assign(pullRequest, { from: moved.from });
    return close(context, push, pullRequest, "MERGED");
  }
  Object.assign(pullRequest, moved, {
    updatedAt: context.clock.now(),
    version: pullRequest.version + (context.rules.rescopeBumpsVersion ? 1 : 0),
  });
  await tell(context, push, pullRequest, before);
}

function changeOf({ repository, changes }: DcPushEvent, ref: PullRequestRef): RefChange | undefined {
  if (ref.repositoryId !== repository.id) return undefined;
  return changes.find(({ kind, name }) => kind === ref.kind && name === ref.name);
}

/** A tag leads to its commit. What has gone stays where it was. */
async function movedTo(
  context: DataCenterContext,
  { repository }: DcPushEvent,
  ref: PullRequestRef,
  change: RefChange | undefined,
): Promise<PullRequestRef> {
  if (change === undefined || change.new === null) return ref;
  const git = await context.git.open(repository.path);
  const commitHash = (await git.resolve(change.new)) ?? ref.commitHash;
  return commitHash === ref.commitHash ? ref : { ...ref, commitHash };
}

/** Whether the target has everything of the source: then somebody merged it elsewhere. */
async function has(
  context: DataCenterContext,
  { repository }: DcPushEvent,
  to: PullRequestRef,
  from: PullRequestRef,
): Promise<boolean> {
  const git = await context.git.open(repository.path);
  return (await git.log.mergeBase(to.commitHash, from.commitHash)) === from.commitHash;
}

async function close(
  context: DataCenterContext,
  { actor, repository }: DcPushEvent,
  pullRequest: DcPullRequest,
  state: "MERGED" | "DECLINED",
): Promise<void> {
  const at = context.clock.now();
  Object.assign(pullRequest, { state, version: pullRequest.version + 1, updatedAt: at, closedAt: at });
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
  { actor, repository }: DcPushEvent,
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
