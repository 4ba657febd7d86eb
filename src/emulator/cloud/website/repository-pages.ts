/** Owns the pages that links to repositories and commits lead to: the newest commits, and one commit with its diff. */
import { type Context, Hono } from "hono";
import { type Html, html } from "../../../ui/html.ts";
import type { EmulatorContext } from "../../core/context.ts";
import { findRepository, type Repository } from "../../core/world.ts";
import { beginning } from "../../git/beginning.ts";
import type { Change } from "../../git/changes.ts";
import type { Commit } from "../../git/objects/commit.ts";
import { pathText } from "../../git/path.ts";
import type { GitRepository } from "../../git/repository.ts";
import { repositoryPermission } from "../permissions/permission.ts";
import type { Open } from "../repositories/opened.ts";
import { problemPage, webPage } from "./frame.ts";
import { onePullRequest, pullRequestList } from "./pull-request-pages.ts";
import { signinLocation } from "./signin.ts";
import { accessTokensLocation } from "./tokens/access-tokens.ts";
import type { WebEnv } from "./visitor.ts";

const commitsShown = 50;

export function repositoryPages(context: EmulatorContext, open: Open): Hono<WebEnv> {
  const app = new Hono<WebEnv>({ strict: false });

  const page = (
    path: string,
    show: (git: GitRepository, repository: Repository, c: Context<WebEnv>) => Promise<Html | null>,
  ) =>
    app.get(path, async (c, next) => {
      const repository = findRepository(
        context.world,
        c.req.param("workspace") ?? "",
        c.req.param("repository") ?? "",
      );
      if (repository === undefined) return next();
      if (!mayRead(context, c, repository)) return refuse(context, c);
      const main = await show((await open(repository)).git, repository, c);
      if (main === null) return next();
      const name = `${repository.workspaceSlug}/${repository.slug}`;
      return webPage(context, c, { title: name, crumbs: [{ title: name, href: `/${name}/` }], main });
    });

  page("/:workspace/:repository", async (git, repository) =>
    newestCommits(git, repository, (await git.references()).mainBranch?.name ?? null),
  );
  for (const path of ["branch", "commits/tag"])
    page(`/:workspace/:repository/${path}/:name{.+}`, (git, repository, c) =>
      newestCommits(git, repository, c.req.param("name") ?? null),
    );
  page("/:workspace/:repository/commits/:hash", (git, _, c) => oneCommit(git, c.req.param("hash") ?? ""));
  page("/:workspace/:repository/pull-requests", async (_, repository) =>
    pullRequestList(context, repository),
  );
  for (const path of ["", "/_/diff"])
    page(`/:workspace/:repository/pull-requests/:id${path}`, (git, repository, c) =>
      onePullRequest(context, repository, { git, id: c.req.param("id") ?? "" }),
    );
  return app;
}

function mayRead({ world }: EmulatorContext, c: Context<WebEnv>, repository: Repository): boolean {
  const { person } = c.get("visitor");
  if (!repository.isPrivate) return true;
  return person !== null && repositoryPermission(world, repository, person.uuid) !== null;
}

function refuse(context: EmulatorContext, c: Context<WebEnv>): Response | Promise<Response> {
  if (c.get("visitor").person === null) return c.redirect(signinLocation(c.req.path));
  return problemPage(context, c, {
    status: 403,
    title: "No access",
    text: "You are not a member of this workspace.",
  });
}

/** Of a branch or tag; null where there is none of that name. */
async function newestCommits(
  git: GitRepository,
  { workspaceSlug, slug }: Repository,
  name: string | null,
): Promise<Html | null> {
  const head = name === null ? null : await git.resolve(name);
  if (name !== null && head === null) return null;
  const selection = { include: head === null ? [] : [head], exclude: [], path: null };
  const hashes = await git.log.commits(selection, { skip: 0, count: commitsShown });
  const commits = await Promise.all(hashes.map((hash) => git.commit(hash)));
  const rows = commits.flatMap((commit) =>
    commit === null ? [] : commitRow(commit, `/${workspaceSlug}/${slug}/commits/${commit.hash}`),
  );
  return html`<h1>${workspaceSlug}/${slug}</h1>
<p>Repository settings: <a href="${accessTokensLocation(workspaceSlug, slug)}">Access tokens</a> · <a href="/${workspaceSlug}/${slug}/pull-requests">Pull requests</a></p>
${
  rows.length === 0
    ? html`<p>This repository has no commits.</p>`
    : html`<p>The newest commits of <code>${name}</code>.</p><table><thead><tr><th scope="col">Commit</th><th scope="col">Message</th><th scope="col">Author</th><th scope="col">Date</th></tr></thead><tbody>${rows}</tbody></table>`
}`;
}

function commitRow({ hash, message, author, committer }: Commit, href: string): Html {
  return html`<tr><td><a href="${href}"><code>${hash.slice(0, 7)}</code></a></td><td>${message.split("\n")[0]}</td><td>${author.raw.replace(/ *<[^>]*>$/, "")}</td><td><time>${committer.date.toISOString().slice(0, 10)}</time></td></tr>`;
}

async function oneCommit(git: GitRepository, revision: string): Promise<Html | null> {
  const hash = /^[0-9a-f]{7,40}$/.test(revision) ? await git.resolve(revision) : null;
  const commit = hash === null ? null : await git.commit(hash);
  if (commit === null) return null;
  const [before, after] = [await git.parentTreeOf(commit), await git.treeOf(commit.hash)];
  const changes = await git.changes(before, after);
  return html`<h1>${commit.message.split("\n")[0]}</h1>
<p><code>${commit.hash}</code> · ${commit.author.raw} · <time>${commit.committer.date.toISOString()}</time></p>
<pre tabindex="0">${commit.message}</pre>
<h2>${changes.length} ${changes.length === 1 ? "file" : "files"}</h2>
<table><thead><tr><th scope="col">File</th><th scope="col">Status</th><th scope="col">Added</th><th scope="col">Removed</th></tr></thead><tbody>${changes.map(changeRow)}</tbody></table>
<h2>Diff</h2>
<pre tabindex="0">${await beginning(git.diff(before, after, {}))}</pre>`;
}

function changeRow({ status, oldPath, newPath, linesAdded, linesRemoved }: Change): Html {
  const names = [oldPath, newPath].flatMap((path) => (path === null ? [] : pathText(path)));
  return html`<tr><td><code>${[...new Set(names)].join(" → ")}</code></td><td>${status}</td><td>${linesAdded ?? "binary"}</td><td>${linesRemoved ?? "binary"}</td></tr>`;
}
