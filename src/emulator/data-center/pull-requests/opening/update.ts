/** Owns changing what a pull request says, whom it asks, and where it leads. */

import type { Context } from "hono";
import { json } from "../../answers.ts";
import type { DataCenterContext } from "../../context.ts";
import { badParameter, notPermitted } from "../../errors.ts";
import { type JsonObject, jsonObject } from "../../json-body.ts";
import { has } from "../../version.ts";
import { duplicate, emptyPullRequest, illegalState } from "../errors.ts";
import { type Asked, type AskedHandler, mayManage, staleVersion } from "../found.ts";
import { fullName, pullRequestShape, userNameOf } from "../shape.ts";
import { note, type PullRequestRef, type UserId } from "../state.ts";
import { bringsAnything, openBetween } from "./create.ts";
import { newParticipant, reviewersIn } from "./reviewers.ts";
import { descriptionIn, objectIn, refIn, titleIn } from "./wanted.ts";

interface Renewed {
  readonly title: string;
  readonly description: string | null;
  readonly draft: boolean;
  readonly to: PullRequestRef;
  readonly reviewerIds: readonly UserId[];
}

export const updatePullRequest: AskedHandler = async (c, asked) => {
  const body = await jsonObject(c);
  if (body instanceof Response) return body;
  if (!mayManage(asked)) return notPermitted();
  const malformed = malformedBy(c, body, asked);
  if (malformed !== null) return malformed;
  const stale = staleVersion(c, asked, body);
  if (stale !== null) return stale;
  if (asked.pullRequest.state !== "OPEN") return illegalState(asked.pullRequest, "updated");
  const renewed = await renewedBy(body, asked);
  if (renewed instanceof Response) return renewed;
  await renew(asked, renewed);
  return json(pullRequestShape(asked.context, asked.pullRequest));
};

/** Without a version nothing is changed, and neither the author nor who takes part can be changed here. */
function malformedBy(c: Context, body: JsonObject, { context, pullRequest }: Asked): Response | null {
  if (body.version === undefined && c.req.query("version") === undefined)
    return badParameter("version", "The pull request must have a version.");
  const { authorId, participants } = pullRequest;
  const others = participants.filter(({ role }) => role === "PARTICIPANT").map(({ userId }) => userId);
  if (body.author !== undefined && !namesOnly([body.author], [authorId], context))
    return badParameter("author", "The author of a pull request cannot be changed.");
  if (body.participants !== undefined && !namesOnly(body.participants, others, context))
    return badParameter("participants", "The participants of a pull request cannot be changed.");
  return null;
}

/** Whether these are the very people: a client may send back what it read. */
function namesOnly(given: unknown, ids: readonly UserId[], context: DataCenterContext): boolean {
  if (!Array.isArray(given)) return false;
  const names = given.map((part: unknown) => {
    const whole = objectIn({ part }, "part");
    return whole === null ? undefined : objectIn(whole, "user")?.name;
  });
  const known = ids.map((id) => userNameOf(context, id));
  return names.length === known.length && known.every((name) => names.includes(name));
}

async function renewedBy(body: JsonObject, asked: Asked): Promise<Renewed | Response> {
  const { context, repository, pullRequest } = asked;
  const keeps = (name: string) => context.rules.updateKeepsAbsent && !Object.hasOwn(body, name);
  const title = body.title === undefined ? pullRequest.title : titleIn(body);
  if (title instanceof Response) return title;
  const description = keeps("description") ? pullRequest.description : descriptionIn(body);
  if (description instanceof Response) return description;
  const people = reviewersIn(body, context, { repository, authorId: pullRequest.authorId });
  if (people instanceof Response) return people;
  const to = await targetIn(body, asked);
  if (to instanceof Response) return to;
  const reviewerIds = keeps("reviewers") ? reviewersOf(asked) : people.map(({ id }) => id);
  const drafts = has("draftPullRequests", context) && typeof body.draft === "boolean";
  return { title, description, draft: drafts ? body.draft === true : pullRequest.draft, to, reviewerIds };
}

/** A target that changes must be one that could have been from the beginning. */
async function targetIn(body: JsonObject, asked: Asked): Promise<PullRequestRef | Response> {
  const { from, to } = asked.pullRequest;
  if (objectIn(body, "toRef") === null) return to;
  const wanted = await refIn(body, "toRef", asked);
  if (wanted instanceof Response || fullName(wanted) === fullName(to))
    return wanted instanceof Response ? wanted : to;
  const existing = openBetween(asked, from, wanted);
  if (existing !== undefined) return duplicate(asked.context, existing);
  return (await bringsAnything(asked, from, wanted))
    ? wanted
    : emptyPullRequest(from, wanted, asked.repository.name);
}

function reviewersOf({ pullRequest }: Asked): readonly UserId[] {
  return pullRequest.participants.filter(({ role }) => role === "REVIEWER").map(({ userId }) => userId);
}

async function renew(asked: Asked, { reviewerIds, ...renewed }: Renewed): Promise<void> {
  const { context, pullRequest, repository, actor } = asked;
  const { title, description, to, draft } = pullRequest;
  const isModified =
    title !== renewed.title ||
    description !== renewed.description ||
    draft !== renewed.draft ||
    fullName(to) !== fullName(renewed.to);
  pullRequest.title = renewed.title;
  pullRequest.description = renewed.description;
  pullRequest.draft = renewed.draft;
  pullRequest.to = renewed.to;
  pullRequest.updatedAt = context.clock.now();
  pullRequest.version += 1;
  await changeReviewers(asked, reviewerIds);
  if (isModified)
    await context.events.emit({
      kind: "pr:modified",
      repository,
      actor,
      pullRequest,
      previousTitle: title,
      previousDescription: description,
      previousTarget: to,
      previousDraft: draft,
    });
}

/** Who is a reviewer no longer stays a participant: once one, always one. */
export async function changeReviewers(asked: Asked, wanted: readonly UserId[]): Promise<void> {
  const { context, pullRequest, repository, actor, userId } = asked;
  const before = reviewersOf(asked);
  const addedReviewers = wanted.filter((id) => !before.includes(id));
  const removedReviewers = before.filter((id) => !wanted.includes(id));
  if (addedReviewers.length + removedReviewers.length === 0) return;
  const { participants } = pullRequest;
  for (const id of addedReviewers) {
    const known = participants.find((each) => each.userId === id);
    if (known === undefined) participants.push(newParticipant(id, "REVIEWER"));
    else known.role = "REVIEWER";
  }
  for (const each of participants) if (removedReviewers.includes(each.userId)) each.role = "PARTICIPANT";
  const deed = { action: "UPDATED", addedReviewers, removedReviewers } as const;
  note(context.world.pullRequests, pullRequest, { at: context.clock.now(), userId, deed });
  await context.events.emit({
    kind: "pr:reviewer:updated",
    repository,
    actor,
    pullRequest,
    addedReviewers,
    removedReviewers,
  });
}
