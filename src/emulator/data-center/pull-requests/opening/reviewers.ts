/** Owns who is asked to review: the names of a body, checked all at once. */
import { repositoryLevel } from "../../access.ts";
import type { DataCenterContext } from "../../context.ts";
import { badParameter } from "../../errors.ts";
import type { JsonObject } from "../../json-body.ts";
import { type DcPerson, type DcRepository, mayLogIn, personByName } from "../../world.ts";
import { invalidReviewers, type ReviewerError } from "../errors.ts";
import { participantShape } from "../shape.ts";
import type { Participant, UserId } from "../state.ts";
import { objectIn } from "./wanted.ts";

/** The people of `reviewers`, or the answer to some who cannot be. An absent list is an empty one. */
export function reviewersIn(
  { reviewers = [] }: JsonObject,
  context: DataCenterContext,
  about: { readonly repository: DcRepository; readonly authorId: UserId },
): readonly DcPerson[] | Response {
  if (!Array.isArray(reviewers)) return badParameter("reviewers", "The reviewers must be a list.");
  const valid = new Map<number, DcPerson>();
  const errors: ReviewerError[] = [];
  for (const each of reviewers as readonly unknown[]) {
    const name = nameOf(each);
    if (name === null) return badParameter("reviewers", "Each reviewer must have a user with a name.");
    const found = reviewer(name, context, about);
    if ("message" in found) errors.push(found);
    else valid.set(found.id, found);
  }
  const people = [...valid.values()];
  if (errors.length === 0) return people;
  const shown = people.map(({ id }) => participantShape(context, newParticipant(id, "REVIEWER")));
  return invalidReviewers(errors, shown);
}

function nameOf(each: unknown): string | null {
  const user = objectIn({ each }, "each") && objectIn(each as JsonObject, "user"); // the line before says it is one
  return typeof user?.name === "string" && user.name !== "" ? user.name : null;
}

function reviewer(
  name: string,
  context: DataCenterContext,
  { repository, authorId }: { readonly repository: DcRepository; readonly authorId: UserId },
): DcPerson | ReviewerError {
  const person = personByName(context.world, name);
  if (person === undefined || !mayLogIn(person)) return { context: name, message: `${name} is not a user.` };
  if (person.id === authorId)
    return {
      context: name,
      message: `${person.displayName} (${name}) is the author, and may not be a reviewer.`,
    };
  const asPerson = { kind: "person", person, credential: "session", scopes: null } as const;
  if (!repository.isPublic && repositoryLevel(context.world, asPerson, repository) === 0)
    return {
      context: name,
      message: `${person.displayName} (${name}) does not have permission to view the repository.`,
    };
  return person;
}

export function newParticipant(userId: UserId, role: Participant["role"]): Participant {
  return { userId, role, status: "UNAPPROVED", lastReviewedCommit: null };
}
