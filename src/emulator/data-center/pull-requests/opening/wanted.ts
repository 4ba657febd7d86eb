/** Owns reading what a pull request is asked to be: its words, its branches, its reviewers. */

import { dcError } from "../../answers.ts";
import { badParameter, noSuchRepository } from "../../errors.ts";
import type { Opened } from "../../history/opened.ts";
import type { JsonObject } from "../../json-body.ts";
import { findRepository } from "../../world.ts";
import { noSuchBranch } from "../errors.ts";
import type { PullRequestRef } from "../state.ts";

const mostTitle = 255;
const mostDescription = 32_768;

export function objectIn(body: JsonObject, name: string): JsonObject | null {
  const value = body[name];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null; // no list, so an object
}

/** The title, or what is wrong with it. */
export function titleIn({ title }: JsonObject): string | Response {
  if (typeof title !== "string" || title.trim() === "")
    return badParameter("title", "A title must be supplied for the pull request.");
  if (title.length > mostTitle)
    return badParameter("title", `The title must be no more than ${mostTitle} characters long.`);
  return title;
}

/** Null: none. */
export function descriptionIn({ description }: JsonObject): string | null | Response {
  if (description === undefined || description === null || description === "") return null;
  if (typeof description !== "string" || description.length > mostDescription)
    return badParameter(
      "description",
      `The description must be text of no more than ${mostDescription} characters.`,
    );
  return description;
}

/** A side of a pull request as a body names it, or the answer to one that is none. */
export async function refIn(
  body: JsonObject,
  side: "fromRef" | "toRef",
  opened: Opened,
): Promise<PullRequestRef | Response> {
  const given = objectIn(body, side);
  const id = given?.id;
  if (given === null || typeof id !== "string" || id === "")
    return badParameter(side, `The pull request must have a ${side} with an id.`);
  const elsewhere = otherRepository(given, side, opened);
  return elsewhere ?? findRef(id, side, opened);
}

/** Null: the repository is this one. Others are of another hierarchy, since nothing is ever forked here. */
function otherRepository(
  ref: JsonObject,
  side: "fromRef" | "toRef",
  { context, repository }: Opened,
): Response | null {
  const named = objectIn(ref, "repository");
  if (named === null) return null;
  const project = objectIn(named, "project");
  const key = typeof project?.key === "string" ? project.key : repository.projectKey;
  if (typeof named.slug !== "string" && named.id === repository.id) return null;
  if (typeof named.slug !== "string")
    return badParameter(`${side}.repository.slug`, "The repository must have a slug.");
  const found = findRepository(context.world, key, named.slug);
  if (found === undefined) return noSuchRepository(key, named.slug);
  if (found.id === repository.id) return null;
  if (side === "toRef")
    return badParameter("toRef.repository", "The target must be the repository of the address.");
  return dcError(
    409,
    "pull.IncompatibleRepositoriesException",
    `${found.projectKey}/${found.slug} and ${repository.projectKey}/${repository.slug} are not related.`,
  );
}

/** A branch, with or without `refs/heads/`; as a source a tag too. */
async function findRef(
  id: string,
  side: "fromRef" | "toRef",
  { git, repository }: Opened,
): Promise<PullRequestRef | Response> {
  const { all } = await git.references();
  const found = all.find(({ kind, name }) => {
    if (kind === "tag") return side === "fromRef" && id === `refs/tags/${name}`;
    return id === name || id === `refs/heads/${name}`;
  });
  if (found === undefined) return noSuchBranch(id, repository.name, repository.projectKey);
  const { kind, name, commitHash } = found;
  return { repositoryId: repository.id, kind, name, commitHash };
}
