/** Owns opening a pull request. */
import { json } from "../../answers.ts";
import { notPermitted } from "../../errors.ts";
import type { DcActor } from "../../events.ts";
import type { HistoryHandler, Opened } from "../../history/opened.ts";
import { type JsonObject, jsonObject } from "../../json-body.ts";
import { has } from "../../version.ts";
import { duplicate, emptyPullRequest } from "../errors.ts";
import { fullName, pullRequestShape } from "../shape.ts";
import { type DcPullRequest, note, type PullRequestRef, type UserId } from "../state.ts";
import { userIdOf } from "../users.ts";
import { newParticipant, reviewersIn } from "./reviewers.ts";
import { descriptionIn, refIn, titleIn } from "./wanted.ts";

/** Reading is enough: who may push decides what is merged. */
export const createPullRequest: HistoryHandler = async (c, opened) => {
  const actor = c.get("caller");
  if (actor.kind === "anonymous") return notPermitted();
  const body = await jsonObject(c);
  if (body instanceof Response) return body;
  const { context, repository } = opened;
  const authorId = userIdOf(context, actor);
  const wanted = await wantedIn(body, opened, authorId);
  if (wanted instanceof Response) return wanted;
  const { from, to } = wanted;
  const existing = openBetween(opened, from, to);
  if (existing !== undefined) return duplicate(context, existing);
  if (!(await bringsAnything(opened, from, to))) return emptyPullRequest(from, to, repository.name);
  const pullRequest = await openPullRequest(opened, actor, { ...wanted, authorId });
  return json(pullRequestShape(context, pullRequest), 201);
};

interface Wanted extends Pick<DcPullRequest, "title" | "description" | "draft" | "from" | "to"> {
  readonly reviewerIds: readonly UserId[];
}

async function wantedIn(body: JsonObject, opened: Opened, authorId: UserId): Promise<Wanted | Response> {
  const title = titleIn(body);
  if (title instanceof Response) return title;
  const description = descriptionIn(body);
  if (description instanceof Response) return description;
  const from = await refIn(body, "fromRef", opened);
  if (from instanceof Response) return from;
  const to = await refIn(body, "toRef", opened);
  if (to instanceof Response) return to;
  const { context, repository } = opened;
  const reviewers = reviewersIn(body, context, { repository, authorId });
  if (reviewers instanceof Response) return reviewers;
  const draft = has("draftPullRequests", context) && body.draft === true;
  return { title, description, draft, from, to, reviewerIds: reviewers.map(({ id }) => id) };
}

/** The open one from and to the same branches, of which there is one at most. */
export function openBetween(
  { context }: Opened,
  from: PullRequestRef,
  to: PullRequestRef,
): DcPullRequest | undefined {
  const same = (left: PullRequestRef, right: PullRequestRef) =>
    left.repositoryId === right.repositoryId && fullName(left) === fullName(right);
  return context.world.pullRequests.all.find(
    (each) => each.state === "OPEN" && same(each.from, from) && same(each.to, to),
  );
}

/** Whether the source has a commit that the target has not. */
export async function bringsAnything(
  { git }: Opened,
  from: PullRequestRef,
  to: PullRequestRef,
): Promise<boolean> {
  return !(await git.log.isAncestor(from.commitHash, to.commitHash));
}

async function openPullRequest(
  { context, repository }: Opened,
  actor: DcActor,
  { reviewerIds, authorId, ...wanted }: Wanted & { readonly authorId: UserId },
): Promise<DcPullRequest> {
  const { pullRequests } = context.world;
  const id = (pullRequests.lastIds.get(repository.id) ?? 0) + 1;
  pullRequests.lastIds.set(repository.id, id);
  const now = context.clock.now();
  const pullRequest: DcPullRequest = {
    ...wanted,
    id,
    version: 0,
    state: "OPEN",
    authorId,
    participants: reviewerIds.map((userId) => newParticipant(userId, "REVIEWER")),
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    mergeCommitHash: null,
    activities: [],
    comments: [],
  };
  pullRequests.all.push(pullRequest);
  note(pullRequests, pullRequest, { at: now, userId: authorId, deed: { action: "OPENED" } });
  await context.events.emit({ kind: "pr:opened", repository, actor, pullRequest });
  return pullRequest;
}
