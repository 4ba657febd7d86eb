/** Owns which path of pull requests is answered by whom, and what each needs. */
import { type Context, Hono } from "hono";
import type { EmulatorContext } from "../../core/context.ts";
import { type ApiEnv, requireScope, visibleRepository } from "../access.ts";
import { json } from "../answers.ts";
import { type Need, needs } from "../needs.ts";
import { listPage } from "../paging.ts";
import type { Open } from "../repositories/opened.ts";
import { partialAnswers } from "../repositories/query/partial.ts";
import { activityPage } from "./activity.ts";
import { declinePullRequest, mergePullRequest } from "./closing.ts";
import {
  changeComment,
  deleteComment,
  findComment,
  listComments,
  oneComment,
  reopenComment,
  resolveComment,
  writeComment,
} from "./comments.ts";
import { listCommits, toComparison } from "./content.ts";
import { changePullRequest, openPullRequest } from "./create-update.ts";
import { type Acting, actorOf, type Found, findPullRequest, ofRepository } from "./found.ts";
import { listOfAuthor, listOfCommit, listPullRequests } from "./list.ts";
import { sayOpinion, takeBack } from "./opinions.ts";
import { pullRequestShape } from "./shape.ts";
import type { Comment } from "./state.ts";

type Answer = Response | Promise<Response>;
type Method = "GET" | "POST" | "PUT" | "DELETE";
type Handler = (c: Context<ApiEnv>) => Answer;

const one = "/repositories/:workspace/:repository/pullrequests/:id{[0-9]+}";
const comment = `${one}/comments/:comment{[0-9]+}`;

/** @see https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/ */
export function pullRequestRoutes(context: EmulatorContext, open: Open): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>({ strict: false });
  const partial = partialAnswers();
  const on = (method: Method, path: string, handle: Handler, need: Need = needs.pullRequests) => {
    const gate = path.startsWith("/repositories/") ? [visibleRepository(context)] : [];
    app.on([method], [path], partial, requireScope(need), ...gate, handle);
  };
  addLists(context, on);
  addOne(context, on, open);
  addComments(context, on);
  return app;
}

type On = (method: Method, path: string, handle: Handler, need?: Need) => void;

function addLists(context: EmulatorContext, on: On): void {
  const all = "/repositories/:workspace/:repository/pullrequests";
  const own = (c: Context<ApiEnv>) => ofRepository(context, c.get("repository"));
  on("GET", all, (c) => listPullRequests(context, c, own(c)));
  on("POST", all, (c) => openPullRequest(context, c), needs.pullRequestChange);
  on("GET", `${all}/activity`, (c) => activityPage(context, c, own(c)));
  on("GET", "/repositories/:workspace/:repository/commit/:commit/pullrequests", (c) =>
    listOfCommit(context, c),
  );
  on("GET", "/workspaces/:workspace/pullrequests/:user", (c) => listOfAuthor(context, c));
}

function addOne(context: EmulatorContext, on: On, open: Open): void {
  const found = (use: (found: Found, c: Context<ApiEnv>) => Answer) => withFound(context, use);
  const acting = (use: (acting: Acting, c: Context<ApiEnv>) => Answer) => withActor(context, use);
  on(
    "GET",
    one,
    found(({ pullRequest }) => json(pullRequestShape(context, pullRequest))),
  );
  on("PUT", one, acting(changePullRequest), needs.pullRequestChange);
  on(
    "GET",
    `${one}/commits`,
    found((at, c) => listCommits(at, c, open)),
  );
  for (const kind of ["diff", "diffstat", "patch"] as const)
    on(
      "GET",
      `${one}/${kind}`,
      found((at) => toComparison(at, kind)),
    );
  on(
    "GET",
    `${one}/activity`,
    found(({ pullRequest }, c) => activityPage(context, c, [pullRequest])),
  );
  on(
    "GET",
    `${one}/statuses`,
    found((_, c) => listPage(c, [], { apiOrigin: context.origins.api, render: () => null })),
  );
  for (const [path, opinion] of [
    ["approve", "approved"],
    ["request-changes", "changes_requested"],
  ] as const) {
    on(
      "POST",
      `${one}/${path}`,
      acting((at) => sayOpinion(at, opinion)),
      needs.pullRequestChange,
    );
    on(
      "DELETE",
      `${one}/${path}`,
      acting((at) => takeBack(at, opinion)),
      needs.opinionWithdrawal,
    );
  }
  on("POST", `${one}/merge`, acting(mergePullRequest), needs.pullRequestChange);
  on("POST", `${one}/decline`, acting(declinePullRequest), needs.pullRequestChange);
}

function addComments(context: EmulatorContext, on: On): void {
  const acting = (use: (acting: Acting, comment: Comment, c: Context<ApiEnv>) => Answer) =>
    withActor(context, (at, c) => {
      const found = findComment(at, c);
      return found instanceof Response ? found : use(at, found, c);
    });
  on("GET", `${one}/comments`, withFound(context, listComments));
  on("POST", `${one}/comments`, withActor(context, writeComment));
  on(
    "GET",
    comment,
    withFound(context, (at, c) => {
      const found = findComment(at, c);
      return found instanceof Response ? found : oneComment(at, found);
    }),
  );
  on(
    "PUT",
    comment,
    acting((at, found, c) => changeComment(at, c, found)),
  );
  on("DELETE", comment, acting(deleteComment));
  on("POST", `${comment}/resolve`, acting(resolveComment));
  on("DELETE", `${comment}/resolve`, acting(reopenComment));
}

function withFound(context: EmulatorContext, use: (found: Found, c: Context<ApiEnv>) => Answer): Handler {
  return (c) => {
    const found = findPullRequest(context, c);
    return found instanceof Response ? found : use(found, c);
  };
}

/** As {@link withFound}, for somebody: comments take no more than the scope for reading. */
function withActor(context: EmulatorContext, use: (acting: Acting, c: Context<ApiEnv>) => Answer): Handler {
  return (c) => {
    const who = actorOf(context, c);
    if (who instanceof Response) return who;
    const found = findPullRequest(context, c);
    return found instanceof Response ? found : use({ ...found, ...who }, c);
  };
}
