/** Owns what a push does to pull requests: their commits move on, and one whose commits arrived by themselves is merged. */
import type { EmulatorContext } from "../../core/context.ts";
import type { RefChange } from "../../git/ref-changes.ts";
import type { PushEvent } from "../events.ts";
import { accountOf } from "./accounts.ts";
import { ofRepository } from "./found.ts";
import { noteUpdate, type PullRequest } from "./state.ts";

export function followPushes(context: EmulatorContext): void {
  context.events.on(async (event) => {
    if (event.kind !== "push") return;
    for (const change of event.changes) if (change.kind === "branch") await follow(context, event, change);
  });
}

async function follow(context: EmulatorContext, push: PushEvent, change: RefChange): Promise<void> {
  for (const pullRequest of ofRepository(context, push.repository)) {
    if (pullRequest.state !== "OPEN") continue;
    if (pullRequest.source.branch === change.name) await followSource(context, push, { pullRequest, change });
    if (pullRequest.destination.branch === change.name && change.new !== null)
      await followDestination(context, push, { pullRequest, hash: change.new });
  }
}

async function followSource(
  context: EmulatorContext,
  push: PushEvent,
  { pullRequest, change }: { readonly pullRequest: PullRequest; readonly change: RefChange },
): Promise<void> {
  const { repository, actor } = push;
  const account = accountOf(context, actor);
  const at = context.clock.now();
  if (change.new === null) {
    if (!context.rules.sourceDeletedDeclines) return;
    pullRequest.state = "DECLINED";
    pullRequest.closedBy = account;
    noteUpdate(pullRequest, account, at);
    return context.events.emit({ kind: "pullrequest:rejected", repository, actor, pullRequest });
  }
  pullRequest.source.hash = change.new;
  noteUpdate(pullRequest, account, at);
  await context.events.emit({ kind: "pullrequest:updated", repository, actor, pullRequest });
  await context.events.emit({ kind: "pullrequest:push", repository, actor, pullRequest });
}

/** Nobody is told that the destination went on; that it now holds the source is a merge. */
async function followDestination(
  context: EmulatorContext,
  push: PushEvent,
  { pullRequest, hash }: { readonly pullRequest: PullRequest; readonly hash: string },
): Promise<void> {
  const { repository, actor } = push;
  const git = await context.git.open(repository.path);
  const arrived = await git.log.isAncestor(pullRequest.source.hash, hash);
  if (!arrived) {
    pullRequest.destination.hash = hash;
    return;
  }
  const account = accountOf(context, actor);
  pullRequest.state = "MERGED";
  pullRequest.mergeHash = hash;
  pullRequest.closedBy = account;
  noteUpdate(pullRequest, account, context.clock.now());
  await context.events.emit({ kind: "pullrequest:fulfilled", repository, actor, pullRequest });
}
