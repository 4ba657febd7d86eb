/** Owns `approve` and `request-changes`: saying it, and taking it back. */
import { apiError, badRequest, json } from "../answers.ts";
import type { Acting } from "./found.ts";
import { participantShape } from "./shape.ts";
import { isSame, type Opinion, participantOf } from "./state.ts";

type Said = NonNullable<Opinion>;

/** @see "Approve a pull request", "Request changes for a pull request" */
export async function sayOpinion(acting: Acting, opinion: Said): Promise<Response> {
  const { context, repository, pullRequest, actor, account } = acting;
  const isClosed = pullRequest.state !== "OPEN";
  if (isClosed && !(opinion === "approved" && context.rules.pullRequestClosedOpinions))
    return closed(opinion);
  const at = context.clock.now();
  const participant = participantOf(pullRequest, account);
  const isNew = participant.opinion !== opinion;
  participant.opinion = opinion;
  participant.at = at;
  if (isNew) {
    const kind = opinion === "approved" ? "approval" : "changes_requested";
    pullRequest.activity.push({ kind, at, account });
    const name = opinion === "approved" ? "pullrequest:approved" : "pullrequest:changes_request_created";
    await context.events.emit({ kind: name, repository, actor, pullRequest, at });
  }
  return json(participantShape(context, participant));
}

/** @see "Unapprove a pull request", "Remove change request for a pull request" */
export async function takeBack(acting: Acting, opinion: Said): Promise<Response> {
  const { context, repository, pullRequest, actor, account } = acting;
  if (pullRequest.state !== "OPEN") return closed(opinion);
  const participant = pullRequest.participants.find((each) => isSame(each.account, account));
  // The wording was never captured.
  if (participant?.opinion !== opinion) return apiError(404, { message: notSaid[opinion] });
  participant.opinion = null;
  const kind = opinion === "approved" ? "pullrequest:unapproved" : "pullrequest:changes_request_removed";
  await context.events.emit({ kind, repository, actor, pullRequest, at: context.clock.now() });
  return new Response(null, { status: 204 });
}

const notSaid = {
  approved: "You haven't approved this pull request.",
  changes_requested: "You haven't requested changes on this pull request.",
} as const satisfies Record<Said, string>;

function closed(opinion: Said): Response {
  return badRequest(
    opinion === "approved"
      ? "The approval of a closed pull request cannot be changed."
      : "Changes cannot be requested, or the request removed, once a pull request is closed.",
  );
}
