/** Owns which path below `pull-requests` is answered by whom. */
import { type Context, Hono } from "hono";
import { visibleRepository } from "../access.ts";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import type { HistoryHandler, OpenRepository } from "../history/opened.ts";
import { decline, deletePullRequest, reopen } from "./closing/close.ts";
import { mergeability, mergePullRequest } from "./closing/merge.ts";
import { type AskedHandler, askedBy, type FoundHandler, findPullRequest } from "./found.ts";
import { createPullRequest } from "./opening/create.ts";
import { updatePullRequest } from "./opening/update.ts";
import { activitiesOf } from "./reading/activities.ts";
import { changesOf, commitsOf, diffOf, mergeBaseOf, onePullRequest, rawOf } from "./reading/content.ts";
import { dashboardRoutes, listPullRequests, pullRequestsOfCommit } from "./reading/list.ts";
import {
  addComment,
  deleteComment,
  editComment,
  listComments,
  listTasks,
  oneComment,
} from "./reviewing/comments.ts";
import {
  addReviewer,
  approve,
  listParticipants,
  removeReviewer,
  setStatus,
  unapprove,
} from "./reviewing/participants.ts";

type Routes<Handler> = Readonly<Record<string, Handler>>;

/** Of a repository. */
const ofRepository = {
  "GET /pull-requests": listPullRequests,
  "POST /pull-requests": createPullRequest,
  "GET /pull-requests/:file{[0-9]+\\.(?:diff|patch)}": rawOf,
  "GET /commits/:commit/pull-requests": pullRequestsOfCommit,
} satisfies Routes<HistoryHandler>;

/** Of one pull request; who may read the repository may ask. */
const read = {
  "GET ": onePullRequest,
  "GET /activities": activitiesOf,
  "GET /blocker-comments": listTasks,
  "GET /blocker-comments/:comment": oneComment,
  "GET /changes": changesOf,
  "GET /comments": listComments,
  "GET /comments/:comment": oneComment,
  "GET /commits": commitsOf,
  "GET /diff": diffOf,
  "GET /diff/*": diffOf,
  "GET /merge": mergeability,
  "GET /merge-base": mergeBaseOf,
  "GET /participants": listParticipants,
} satisfies Routes<FoundHandler>;

/** Of one pull request, for somebody. */
const asked = {
  "PUT ": updatePullRequest,
  "DELETE ": deletePullRequest,
  "POST /approve": approve,
  "DELETE /approve": unapprove,
  "POST /blocker-comments": addComment("BLOCKER"),
  "PUT /blocker-comments/:comment": editComment,
  "DELETE /blocker-comments/:comment": deleteComment,
  "POST /comments": addComment("NORMAL"),
  "PUT /comments/:comment": editComment,
  "DELETE /comments/:comment": deleteComment,
  "POST /decline": decline,

  "POST /merge": mergePullRequest,
  "POST /participants": addReviewer,
  "DELETE /participants": removeReviewer,
  "PUT /participants/:slug": setStatus,
  "DELETE /participants/:slug": removeReviewer,
  "POST /reopen": reopen,
} satisfies Routes<AskedHandler>;

/** Everything about pull requests, below the REST API. Before the history's routes: a commit's path takes all below it. */
export function pullRequestRoutes(context: DataCenterContext, open: OpenRepository): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  const at = "/projects/:project/repos/:repository";
  const add = (route: string, place: string, handle: HistoryHandler) => {
    const [method = "", path = ""] = route.split(" ");
    app.on(method, `${at}${place}${path}`, visibleRepository(context), async (c) =>
      handle(c, await open(c.get("repository"))),
    );
  };
  for (const [route, handle] of Object.entries<HistoryHandler>(ofRepository)) add(route, "", handle);
  for (const [route, handle] of Object.entries<FoundHandler>(read))
    add(route, "/pull-requests/:id", (c, opened) =>
      found(c, findPullRequest(c.req.param("id") ?? "", opened), handle),
    );
  for (const [route, handle] of Object.entries<AskedHandler>(asked))
    add(route, "/pull-requests/:id", (c, opened) =>
      found(c, findPullRequest(c.req.param("id") ?? "", opened), (_, what) =>
        found(c, askedBy(c, what), handle),
      ),
    );
  app.route("/", dashboardRoutes(context));
  return app;
}

function found<What extends object>(
  c: Context<DcEnv>,
  what: What | Response,
  handle: (c: Context<DcEnv>, what: What) => Response | Promise<Response>,
): Response | Promise<Response> {
  return what instanceof Response ? what : handle(c, what);
}
