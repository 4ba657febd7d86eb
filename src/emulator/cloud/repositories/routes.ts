/** Owns which path below `/repositories` is answered by whom. */
import { Hono } from "hono";
import type { EmulatorContext } from "../../core/context.ts";
import { type ApiEnv, requireScope, visibleRepository } from "../access.ts";
import { needs } from "../needs.ts";
import { listCommits, oneCommit } from "./commits.ts";
import { diff, diffstat, patch } from "./comparison.ts";
import { fileHistory } from "./history.ts";
import { listRepositories, oneRepository } from "./list.ts";
import type { Open, RepositoryHandler } from "./opened.ts";
import { partialAnswers } from "./query/partial.ts";
import { listReferences, oneReference } from "./references.ts";
import { source, sourceRoot } from "./source.ts";

/** Behind each path: a wildcard takes the rest, slashes and all, since branches and files hold them. */
const belowRepository = {
  "": oneRepository,
  "/commits/*": listCommits,
  "/commit/:commit": oneCommit,
  "/diff/*": diff,
  "/diffstat/*": diffstat,
  "/patch/*": patch,
  "/src": sourceRoot,
  "/src/:commit/*": source,
  "/filehistory/:commit/*": fileHistory,
  "/refs": listReferences("all"),
  "/refs/branches/*": oneReference("branch"),
  "/refs/tags/*": oneReference("tag"),
} as const satisfies Readonly<Record<string, RepositoryHandler>>;

/** Everything that reads git. Needs the scope `repository`, or a public repository. */
export function repositoryRoutes(context: EmulatorContext, open: Open): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>({ strict: false });
  const partial = partialAnswers();
  const scope = requireScope(needs.repository);
  app.get("/repositories/:workspace", partial, scope, listRepositories(context, open));
  for (const [path, handle] of Object.entries<RepositoryHandler>(belowRepository)) {
    const methods = path === "/commits/*" ? ["GET", "POST"] : ["GET"];
    const at = [`/repositories/:workspace/:repository${path}`];
    app.on(methods, at, partial, scope, visibleRepository(context), async (c) =>
      handle(c, await open(c.get("repository"))),
    );
  }
  return app;
}
