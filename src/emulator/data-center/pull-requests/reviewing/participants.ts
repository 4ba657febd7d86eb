/** Owns who takes part in a pull request, and what they say of it. */
import type { Context } from "hono";
import { dcError, json } from "../../answers.ts";
import { badParameter, noSuchUser, notPermitted } from "../../errors.ts";
import { jsonObject } from "../../json-body.ts";
import { listPage } from "../../paging.ts";
import { type DcPerson, personByName, personBySlug } from "../../world.ts";
import { illegalState, outOfDate } from "../errors.ts";
import { type Asked, type AskedHandler, type FoundHandler, levelOfCaller, versionIn } from "../found.ts";
import { newParticipant, reviewersIn } from "../opening/reviewers.ts";
import { changeReviewers } from "../opening/update.ts";
import { objectIn } from "../opening/wanted.ts";
import { participantShape } from "../shape.ts";
import { note, type Participant, type ReviewStatus } from "../state.ts";

const statuses = ["UNAPPROVED", "NEEDS_WORK", "APPROVED"] as const satisfies readonly ReviewStatus[];

/** The author first, then everybody else in the order they came. */
export const listParticipants: FoundHandler = (c, { context, pullRequest }) => {
  const { rules } = context;
  const author = { ...newParticipant(pullRequest.authorId, "PARTICIPANT"), isAuthor: true };
  const others = pullRequest.participants.map((each) => ({ ...each, isAuthor: false }));
  return listPage(c, [author, ...others], {
    rules,
    most: rules.maxItems,
    render: ({ isAuthor, ...each }) => ({
      ...participantShape(context, each),
      ...(isAuthor ? { role: "AUTHOR" } : {}),
    }),
  });
};

/** `POST approve`: the older way to say it. */
export const approve: AskedHandler = async (_, asked) => {
  if (asked.pullRequest.state !== "OPEN") return illegalState(asked.pullRequest, "approved");
  if (asked.pullRequest.authorId === asked.userId)
    return authorMayNot(asked.context.rules.authorReviewStatus);
  return json(participantShape(asked.context, await review(asked, "APPROVED")));
};

/** `DELETE approve`: 404 for who takes no part. */
export const unapprove: AskedHandler = async (_, asked) => {
  const { pullRequest, userId } = asked;
  if (pullRequest.state !== "OPEN") return illegalState(pullRequest, "unapproved");
  if (!pullRequest.participants.some((each) => each.userId === userId)) return noParticipant();
  return json(participantShape(asked.context, await review(asked, "UNAPPROVED")));
};

/** `PUT participants/{slug}`: one's own status, never somebody else's. */
export const setStatus: AskedHandler = async (c, asked) => {
  const body = await jsonObject(c);
  if (body instanceof Response) return body;
  const { pullRequest, context, actor } = asked;
  const slug = c.req.param("slug") ?? "";
  const person = personBySlug(context.world, slug);
  if (person === undefined) return noSuchUser(slug);
  if (actor.kind !== "person" || person.id !== actor.person.id) return notPermitted();
  const status = statuses.find((each) => each === body.status);
  if (status === undefined)
    return badParameter("status", `The status must be one of ${statuses.join(", ")}.`);
  if (pullRequest.authorId === person.id) return authorMayNot(400);
  if (pullRequest.state !== "OPEN") return illegalState(pullRequest, "reviewed");
  const stale = staleReview(c, asked, body);
  return stale ?? json(participantShape(context, await review(asked, status)));
};

/** A version need not be named here; a commit that was reviewed must be the newest. */
function staleReview(
  c: Context,
  { context, pullRequest }: Asked,
  { lastReviewedCommit }: { readonly lastReviewedCommit?: unknown },
): Response | null {
  const isOld = lastReviewedCommit !== undefined && lastReviewedCommit !== pullRequest.from.commitHash;
  if (isOld) return outOfDate(context, pullRequest, pullRequest.version - 1);
  if (c.req.query("version") === undefined) return null;
  const version = versionIn(c, {});
  if (version instanceof Response) return version;
  return version === pullRequest.version ? null : outOfDate(context, pullRequest, version);
}

/** `POST participants`: makes somebody a reviewer. */
export const addReviewer: AskedHandler = async (c, asked) => {
  const body = await jsonObject(c);
  if (body instanceof Response) return body;
  const { context, repository, pullRequest } = asked;
  if (levelOfCaller(asked, asked.actor) < 2) return notPermitted();
  if (body.role !== "REVIEWER") return badParameter("role", "Only the role REVIEWER can be given.");
  if (objectIn(body, "user") === null) return badParameter("user", "A user with a name is needed.");
  const name = objectIn(body, "user")?.name;
  const named = typeof name === "string" ? personByName(context.world, name) : undefined;
  if (named?.id === pullRequest.authorId)
    return badParameter("role", "The author of a pull request cannot be its reviewer.");
  const about = { repository, authorId: pullRequest.authorId };
  const people = reviewersIn({ reviewers: [{ user: body.user }] }, context, about);
  if (people instanceof Response) return people;
  const ids = people.map(({ id }) => id);
  await changeReviewers(asked, [...new Set([...reviewerIds(asked), ...ids])]);
  const added = pullRequest.participants.find(({ userId }) => ids.includes(userId));
  return json(added === undefined ? {} : participantShape(context, added));
};

/** `DELETE participants/{slug}`, or with `?username=`: a reviewer no longer, a participant still. */
export const removeReviewer: AskedHandler = async (c, asked) => {
  if (levelOfCaller(asked, asked.actor) < 2) return notPermitted();
  const person = namedPerson(c, asked);
  if (person instanceof Response) return person;
  await changeReviewers(
    asked,
    reviewerIds(asked).filter((id) => id !== person.id),
  );
  return new Response(null, { status: 204 });
};

function namedPerson(c: Context, { context: { world } }: Asked): DcPerson | Response {
  const slug = c.req.param("slug");
  const name = c.req.query("username") ?? "";
  if (slug === undefined && name === "") return badParameter("username", "The username is needed.");
  const person = slug === undefined ? personByName(world, name) : personBySlug(world, slug);
  return person ?? noSuchUser(slug ?? name);
}

function reviewerIds({ pullRequest }: Asked): readonly number[] {
  return pullRequest.participants.filter(({ role }) => role === "REVIEWER").map(({ userId }) => userId);
}

const deeds = { APPROVED: "APPROVED", UNAPPROVED: "UNAPPROVED", NEEDS_WORK: "REVIEWED" } as const;
const kinds = {
  APPROVED: "pr:reviewer:approved",
  UNAPPROVED: "pr:reviewer:unapproved",
  NEEDS_WORK: "pr:reviewer:needs_work",
} as const;

async function review(asked: Asked, status: ReviewStatus): Promise<Participant> {
  const { context, pullRequest, repository, actor, userId } = asked;
  const participant = takePart(asked);
  const previousStatus = participant.status;
  if (status !== "UNAPPROVED") participant.lastReviewedCommit = pullRequest.from.commitHash;
  if (status === previousStatus) return participant;
  participant.status = status;
  const deed = { action: deeds[status] };
  note(context.world.pullRequests, pullRequest, { at: context.clock.now(), userId, deed });
  await context.events.emit({
    kind: kinds[status],
    repository,
    actor,
    pullRequest,
    participant,
    previousStatus,
  });
  return participant;
}

/** Whoever does something takes part from then on. */
export function takePart({ pullRequest, userId }: Asked): Participant {
  const known = pullRequest.participants.find((each) => each.userId === userId);
  if (known !== undefined) return known;
  const participant = newParticipant(userId, "PARTICIPANT");
  pullRequest.participants.push(participant);
  return participant;
}

function authorMayNot(status: 400 | 409): Response {
  return dcError(status, "pull.InvalidPullRequestRoleException", "Authors may not update their status.");
}

function noParticipant(): Response {
  return dcError(
    404,
    "pull.NoSuchPullRequestParticipantException",
    "You are not a participant of this pull request.",
  );
}
