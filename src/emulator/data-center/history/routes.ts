/** Owns which path below a repository is answered by whom. */
import { Hono, type MiddlewareHandler } from "hono";
import { mayRead, visibleRepository } from "../access.ts";
import { htmlPage, json } from "../answers.ts";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import { noSuchPage } from "../errors.ts";
import { repositoryObject } from "../shapes.ts";
import { toLogin } from "../to-login.ts";
import { findRepository } from "../world.ts";
import { archive } from "./archive.ts";
import { commitChanges, compareChanges, rangeChanges } from "./changes.ts";
import { compareCommits, listCommits, mergeBase, oneCommit } from "./commits.ts";
import { commitDiff, compareDiff, patch, rawDiff } from "./diff.ts";
import { browse, listFiles, raw } from "./files.ts";
import { lastModified } from "./last-modified.ts";
import type { HistoryHandler, OpenRepository } from "./opened.ts";
import { defaultBranch, listBranches, listTags, olderDefaultBranch, oneTag } from "./references.ts";

/** A wildcard takes the rest, slashes and all, since branches and files hold them. */
const below = {
  "": (_, { context, repository }) => json(repositoryObject(context, repository)),
  "/branches": listBranches,
  "/branches/default": olderDefaultBranch,
  "/default-branch": defaultBranch,
  "/tags": listTags,
  "/tags/*": oneTag,
  "/commits": listCommits,
  "/commits/:commit/changes": commitChanges,
  "/commits/:commit/diff": commitDiff,
  "/commits/:commit/diff/*": commitDiff,
  "/commits/:commit/merge-base": mergeBase,
  "/commits/*": oneCommit,
  "/changes": rangeChanges,
  "/compare/commits": compareCommits,
  "/compare/changes": compareChanges,
  "/compare/diff": compareDiff,
  "/compare/diff/*": compareDiff,
  "/diff": rawDiff,
  "/diff/*": rawDiff,
  "/patch": patch,
  "/files": listFiles,
  "/files/*": listFiles,
  "/browse": browse,
  "/browse/*": browse,
  "/raw/*": raw,
  "/archive": archive,
  "/last-modified": lastModified,
  "/last-modified/*": lastModified,
} as const satisfies Readonly<Record<string, HistoryHandler>>;

const oneRepository = "/projects/:project/repos/:repository";

/** Everything that reads git, below `/projects/KEY/repos/SLUG` of the REST API. */
export function historyRoutes(context: DataCenterContext, open: OpenRepository): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  for (const [path, handle] of Object.entries<HistoryHandler>(below))
    app.get(`${oneRepository}${path}`, visibleRepository(context), async (c) =>
      handle(c, await open(c.get("repository"))),
    );
  return app;
}

/** The same bytes as a page of the website, where a stranger is sent to log in. */
export function rawPageRoutes(context: DataCenterContext, open: OpenRepository): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  app.get(`${oneRepository}/raw/*`, visiblePage(context), async (c) => {
    const answer = await raw(c, await open(c.get("repository")));
    return answer.status === 404 ? noSuchPage() : answer;
  });
  return app;
}

/** Lets a page through for who may read; sends strangers to log in. */
export function visiblePage(context: DataCenterContext): MiddlewareHandler<DcEnv> {
  return async (c, next) => {
    const [key, slug] = [c.req.param("project") ?? "", c.req.param("repository") ?? ""];
    const repository = findRepository(context.world, key, slug);
    const caller = c.get("caller");
    if (repository !== undefined && mayRead(context.world, caller, repository)) {
      c.set("repository", repository);
      return next();
    }
    if (caller.kind === "anonymous") return toLogin(c, context);
    return repository === undefined
      ? noSuchPage()
      : htmlPage(401, "You do not have access", "You have no permission to see this repository.");
  };
}
