/** Owns which path below a repository is answered by whom. */
import { Hono } from "hono";
import { visibleRepository } from "../access.ts";
import { json } from "../answers.ts";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import { repositoryObject } from "../shapes.ts";
import type { HistoryHandler, OpenRepository } from "./opened.ts";

/** A wildcard takes the rest, slashes and all, since branches and files hold them. */
const below = {
  "": (_, { context, repository }) => json(repositoryObject(context, repository)),
} as const satisfies Readonly<Record<string, HistoryHandler>>;

/** Everything that reads git, below `/projects/KEY/repos/SLUG` of the REST API. */
export function historyRoutes(context: DataCenterContext, open: OpenRepository): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  for (const [path, handle] of Object.entries<HistoryHandler>(below))
    app.get(`/projects/:project/repos/:repository${path}`, visibleRepository(context), async (c) =>
      handle(c, await open(c.get("repository"))),
    );
  return app;
}

export function rawPageRoutes(_context: DataCenterContext, _open: OpenRepository): Hono<DcEnv> {
  return new Hono<DcEnv>({ strict: false });
}
