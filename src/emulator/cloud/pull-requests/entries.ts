/** Owns the entries of pull requests in the world: adding one between two branches, and changing what it says. */
import type { EmulatorContext } from "../../core/context.ts";
import type { Person, Repository } from "../../core/world.ts";
import { branchTip } from "../../git/references.ts";
import { apiError, badRequest } from "../answers.ts";
import { type Fields, fieldProblem } from "./fields.ts";
import { ofRepository } from "./found.ts";
import { type Account, isSame, noteUpdate, type PullRequest, type Side } from "./state.ts";

/** Where it goes from and to. */
export interface Sides {
  readonly source: Side;
  readonly destination: Side;
}

/** The branches as they are now; the destination is the main branch unless named. 400 where there is nothing to merge. */
export async function readSides(
  context: Pick<EmulatorContext, "git">,
  repository: Repository,
  { sourceBranch, destinationBranch }: { readonly sourceBranch: string; readonly destinationBranch?: string },
): Promise<Sides | Response> {
  const git = await context.git.open(repository.path);
  const references = await git.references();
  const destinationName = destinationBranch ?? references.mainBranch?.name ?? "";
  const [from, to] = [branchTip(references, sourceBranch), branchTip(references, destinationName)];
  if (from === null) return fieldProblem("source", `branch not found: ${sourceBranch}`);
  if (to === null) return fieldProblem("destination", `branch not found: ${destinationName}`);
  if (await git.log.isAncestor(from, to)) return badRequest("There are no changes to be pulled");
  return { source: { branch: sourceBranch, hash: from }, destination: { branch: destinationName, hash: to } };
}

/** The open one of the same branches. */
export function findOpen(
  context: EmulatorContext,
  repository: Repository,
  { source, destination }: Sides,
): PullRequest | undefined {
  return ofRepository(context, repository).find(
    (each) =>
      each.state === "OPEN" &&
      each.source.branch === source.branch &&
      each.destination.branch === destination.branch,
  );
}

/** Adds it to the world. */
export function addPullRequest(
  context: Pick<EmulatorContext, "world" | "clock">,
  repository: Repository,
  { sides, author, fields }: { readonly sides: Sides; readonly author: Account; readonly fields: Fields },
): PullRequest {
  const now = context.clock.now();
  const { title = "", description = "", reviewers = [], closeSourceBranch = false, draft = false } = fields;
  const ids = ofRepository(context, repository).map(({ id }) => id);
  const pullRequest: PullRequest = {
    id: Math.max(0, ...ids) + 1,
    repositoryUuid: repository.uuid,
    author,
    title,
    description,
    draft,
    closeSourceBranch,
    ...sides,
    state: "OPEN",
    reason: "",
    mergeHash: null,
    closedBy: null,
    createdOn: now,
    updatedOn: now,
    participants: [],
    comments: [],
    activity: [],
  };
  setReviewers(pullRequest, reviewers);
  noteUpdate(pullRequest, author, now);
  context.world.pullRequests.push(pullRequest);
  return pullRequest;
}

/** Takes over what a body names. */
export function applyFields(pullRequest: PullRequest, fields: Fields): void {
  pullRequest.title = fields.title ?? pullRequest.title;
  pullRequest.description = fields.description ?? pullRequest.description;
  pullRequest.draft = fields.draft ?? pullRequest.draft;
  pullRequest.closeSourceBranch = fields.closeSourceBranch ?? pullRequest.closeSourceBranch;
  if (fields.reviewers !== undefined) setReviewers(pullRequest, fields.reviewers);
}

/** 400 for asking the author to review: Bitbucket refuses that in words of its own. */
export function authorReviews(author: Account, { reviewers = [] }: Fields): Response | null {
  const own = reviewers.some(({ uuid }) => uuid === author.uuid);
  if (!own) return null;
  const text = "The author of a pull request cannot be a reviewer";
  return apiError(400, { message: `reviewers: ${text}`, fields: { reviewers: [text] } });
}

/** Those who go stay participants when they have said something. */
function setReviewers(pullRequest: PullRequest, reviewers: readonly Person[]): void {
  const accounts = reviewers.map(({ uuid }): Account => ({ kind: "person", uuid }));
  const known = (account: Account) => pullRequest.participants.find((each) => isSame(each.account, account));
  const asked = accounts.map((account) => ({
    ...(known(account) ?? { account, opinion: null, at: null }),
    role: "REVIEWER" as const,
  }));
  const others = pullRequest.participants
    .filter(({ account, at }) => at !== null && !accounts.some((each) => isSame(each, account)))
    .map((each) => ({ ...each, role: "PARTICIPANT" as const }));
  pullRequest.participants.splice(0, pullRequest.participants.length, ...asked, ...others);
}
