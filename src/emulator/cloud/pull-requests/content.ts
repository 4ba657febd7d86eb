/** Owns what a pull request would bring: its commits, and where its diff is answered. */

import type { Context } from "hono";
import { onlyIn } from "../../git/log.ts";
import type { ApiEnv } from "../access.ts";
import { invalidPage } from "../answers.ts";
import { iteratorPage, readPageRequest } from "../paging.ts";
import type { Open } from "../repositories/opened.ts";
import { commitObject } from "../repositories/shapes/commit.ts";
import { repositoryLinks } from "../repositories/shapes/links.ts";
import type { Found } from "./found.ts";
import { comparisonSpec } from "./shape.ts";
import { readSkip, writeSkip } from "./skip.ts";

/** @see "List commits on a pull request" */
export async function listCommits(
  { context, repository, pullRequest }: Found,
  c: Context<ApiEnv>,
  open: Open,
): Promise<Response> {
  const asked = readPageRequest(c);
  if (asked instanceof Response) return asked;
  const skip = readSkip(asked.page);
  if (skip === null) return invalidPage();
  const opened = await open(repository);
  const { source, destination } = pullRequest;
  const selection = onlyIn(source.hash, destination.hash);
  const hashes = await opened.git.log.commits(selection, { skip, count: asked.pagelen + 1 });
  const commits = await Promise.all(hashes.slice(0, asked.pagelen).map((hash) => opened.git.commit(hash)));
  return iteratorPage(c, {
    apiOrigin: context.origins.api,
    pagelen: asked.pagelen,
    values: commits.flatMap((commit) => (commit === null ? [] : commitObject(opened, commit))),
    nextPage: hashes.length > asked.pagelen ? writeSkip(skip + asked.pagelen) : null,
  });
}

/** `diff`, `diffstat` and `patch` are the repository's: 302 to there, with both commits named. */
export function toComparison(
  { context, repository, pullRequest }: Found,
  kind: "diff" | "diffstat" | "patch",
): Response {
  const links = repositoryLinks(context.origins, repository);
  const { href } = links.api(`/${kind}/${comparisonSpec(pullRequest, repository)}`);
  return new Response(null, { status: 302, headers: { Location: href } });
}
