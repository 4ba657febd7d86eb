/** Owns the lists of pull requests: of a repository, of a commit, of somebody in a workspace. */
import type { Context } from "hono";
import type { EmulatorContext } from "../../core/context.ts";
import { findPerson, findWorkspace } from "../../core/world.ts";
import { type ApiEnv, mayLookInto, maySee } from "../access.ts";
import { apiError, badRequest, commitNotFound, workspaceNotFound } from "../answers.ts";
import { listPage } from "../paging.ts";
import { selectObjects, selects } from "../repositories/query/select.ts";
import { ofRepository } from "./found.ts";
import { listedShape, type OnlyWhole, onlyWhole, pullRequestShape, repositoryOf } from "./shape.ts";
import type { PullRequest, PullRequestState } from "./state.ts";

const states: readonly PullRequestState[] = ["OPEN", "MERGED", "DECLINED", "SUPERSEDED"];

/** @see "List pull requests": open ones unless `state` says otherwise, the last changed first */
export function listPullRequests(
  context: EmulatorContext,
  c: Context<ApiEnv>,
  pullRequests: readonly PullRequest[],
): Response {
  const asked = c.req.queries("state") ?? [];
  const unknown = asked.find((state) => !states.some((each) => each === state));
  if (unknown !== undefined) return badRequest(`Invalid state: ${unknown}`);
  // A query that speaks of the state means to say it all.
  const isFree = asked.length === 0 && /\bstate\b/.test(c.req.query("q") ?? "");
  const wanted = pullRequests.filter(({ state }) =>
    asked.length > 0 ? asked.includes(state) : isFree || state === "OPEN",
  );
  return page(context, c, wanted);
}

/** @see "List pull requests that contain a commit" */
export async function listOfCommit(context: EmulatorContext, c: Context<ApiEnv>): Promise<Response> {
  const repository = c.get("repository");
  const git = await context.git.open(repository.path);
  const revision = c.req.param("commit") ?? "";
  const hash = await git.resolve(revision);
  if (hash === null) return commitNotFound(revision);
  const all = ofRepository(context, repository);
  const holds = await Promise.all(
    all.map(({ source, destination }) => git.log.isOnlyIn(hash, source.hash, destination.hash)),
  );
  return page(
    context,
    c,
    all.filter((_, index) => holds[index]),
  );
}

/** @see "List workspace pull requests for a user" */
export function listOfAuthor(context: EmulatorContext, c: Context<ApiEnv>): Response {
  const handle = c.req.param("workspace") ?? "";
  const workspace = findWorkspace(context.world, handle);
  const caller = c.get("caller");
  if (workspace === undefined || !mayLookInto(context, caller, workspace)) return workspaceNotFound(handle);
  const user = c.req.param("user") ?? "";
  const person = findPerson(context.world, user);
  if (person === undefined) return apiError(404, { message: `${user} is not a user` });
  const own = context.world.pullRequests.filter((pullRequest) => {
    const repository = repositoryOf(context, pullRequest);
    const isHere = repository.workspaceSlug === workspace.slug && maySee(context, caller, repository);
    return isHere && pullRequest.author.uuid === person.uuid;
  });
  return listPullRequests(context, c, own);
}

/** Queries look at whole objects; what is shown is thin. */
function page(context: EmulatorContext, c: Context<ApiEnv>, pullRequests: readonly PullRequest[]): Response {
  const newest = pullRequests
    .toReversed()
    .toSorted((left, right) => right.updatedOn.getTime() - left.updatedOn.getTime());
  const more = namedBeside(c.req.query("fields") ?? "");
  const options = { maxPagelen: 50, apiOrigin: context.origins.api };
  const render = (each: PullRequest) => listedShape(context, each, more);
  if (!selects(c)) return listPage(c, newest, { ...options, render });
  const wholes = new Map<object, PullRequest>(newest.map((each) => [pullRequestShape(context, each), each]));
  const selected = selectObjects(c, [...wholes.keys()]);
  if (selected instanceof Response) return selected;
  const shown = selected.flatMap((whole) => wholes.get(whole) ?? []);
  return listPage(c, shown, { ...options, render });
}

/** What lists do not show unless `fields` names it. */
function namedBeside(fields: string): readonly OnlyWhole[] {
  const named = fields.split(",").map((field) => field.trim().replace(/^\+/, ""));
  return onlyWhole.filter((key) =>
    named.some((field) => field === `values.${key}` || field.startsWith(`values.${key}.`)),
  );
}
