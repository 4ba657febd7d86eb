/** Owns the pages that links of the REST API lead to: a repository's files and commits, and its pull requests. */

import { type Context, Hono } from "hono";
import { type Html, html } from "../../../ui/html.ts";
import { beginning } from "../../git/beginning.ts";
import { onlyIn } from "../../git/log.ts";
import type { Commit } from "../../git/objects/commit.ts";
import { joinPath, pathInUrl, pathText } from "../../git/path.ts";
import type { DataCenterContext } from "../context.ts";
import { commitInPath, displayId } from "../history/commits.ts";
import type { Opened, OpenRepository } from "../history/opened.ts";
import { findPlace } from "../history/place.ts";
import { visiblePage } from "../history/routes.ts";
import { pathTo } from "../place.ts";
import { findPullRequest } from "../pull-requests/found.ts";
import type { DcPullRequest, Participant } from "../pull-requests/state.ts";
import { personById } from "../world.ts";
import { webPage } from "./frame.ts";
import { type DcWebEnv, recognise } from "./visitor.ts";

type Show = (c: Context<DcWebEnv>, opened: Opened) => Promise<Html | Response>;

const commitsShown = 50;
/** A page is for reading; who wants all of a large file asks the API. */
const charactersShown = 200_000;
const place = "/projects/:project/repos/:repository";

/** Strangers are sent to log in; what is not there is the website's own 404. */
export function repositoryPages(context: DataCenterContext, open: OpenRepository): Hono<DcWebEnv> {
  const app = new Hono<DcWebEnv>({ strict: false });
  for (const [path, show] of Object.entries<Show>(pages))
    app.get(`${place}${path}`, visiblePage(context), async (c, next) => {
      const main = await show(c, await open(c.get("repository")));
      return main instanceof Response ? next() : inFrame(context, c, main);
    });
  return app;
}

/** The frame tells who is logged in. */
function inFrame(context: DataCenterContext, c: Context<DcWebEnv>, main: Html): Promise<Response> {
  const { projectKey, slug, name } = c.get("repository");
  c.set("visitor", recognise(context, c));
  const href = `/projects/${projectKey}/repos/${slug}/browse`;
  return webPage(context, c, { title: name, crumbs: [{ title: `${projectKey} / ${name}`, href }], main });
}

const browsePage: Show = async (c, opened) => {
  const { mainBranch } = await opened.git.references();
  if (mainBranch === null) return html`${links(opened)}<p>This repository has no commits.</p>`;
  const found = await findPlace(c, "browse", opened);
  if (found instanceof Response) return found;
  const { entry, path } = found;
  if (entry.kind !== "folder")
    return html`${links(opened)}<h2>${pathText(path)}</h2><pre tabindex="0">${await fileText(opened, entry.hash)}</pre>`;
  const at = c.req.query("at");
  const query = at === undefined ? "" : `?${new URLSearchParams({ at })}`;
  const rows = (await opened.git.folder(entry.hash)).map(({ name }) => {
    const href = `${linkTo(opened, "/browse")}/${pathInUrl(joinPath(path, name))}${query}`;
    return html`<li><a href="${href}">${pathText(name)}</a></li>`;
  });
  return html`${links(opened)}<h2>${path === "" ? "Files" : pathText(path)}</h2><ul>${rows}</ul>`;
};

async function fileText({ git }: Opened, hash: string): Promise<string> {
  const bytes = (await git.blob(hash))?.bytes ?? Buffer.alloc(0);
  return bytes.subarray(0, 8000).includes(0) ? "(binary)" : bytes.toString("utf8", 0, charactersShown);
}

const commitsPage: Show = async (_, opened) => {
  const { mainBranch } = await opened.git.references();
  const selection = { include: mainBranch === null ? [] : [mainBranch.commitHash], exclude: [], path: null };
  return html`${links(opened)}<h2>Commits</h2>${await commitTable(opened, selection)}`;
};

async function commitTable(
  opened: Opened,
  selection: Parameters<Opened["git"]["log"]["commits"]>[0],
): Promise<Html> {
  const hashes = await opened.git.log.commits(selection, { skip: 0, count: commitsShown });
  const commits = await Promise.all(hashes.map((hash) => opened.git.commit(hash)));
  return html`<table><thead><tr><th scope="col">Commit</th><th scope="col">Message</th><th scope="col">Author</th></tr></thead><tbody>${commits.map(
    (commit) => (commit === null ? html`` : commitRow(opened, commit)),
  )}</tbody></table>`;
}

function commitRow(opened: Opened, { hash, message, author }: Commit): Html {
  return html`<tr><td><a href="${linkTo(opened, `/commits/${hash}`)}"><code>${displayId(hash)}</code></a></td><td>${message.split("\n")[0]}</td><td>${author.raw.replace(/ *<[^>]*>$/, "")}</td></tr>`;
}

const commitPage: Show = async (c, opened) => {
  const commit = await commitInPath(c, opened);
  if (commit instanceof Response) return commit;
  const { git } = opened;
  const trees = [await git.parentTreeOf(commit), await git.treeOf(commit.hash)] as const;
  const diff = await beginning(git.diff(...trees, {}));
  return html`${links(opened)}<h2>${commit.message.split("\n")[0]}</h2>
<p><code>${commit.hash}</code> · ${commit.author.raw} · <time>${commit.committer.date.toISOString()}</time></p>
<pre tabindex="0">${commit.message}</pre><pre tabindex="0">${diff}</pre>`;
};

const pullRequestsPage: Show = async (_, opened) => {
  const { context, repository } = opened;
  const all = context.world.pullRequests.all.filter(({ to }) => to.repositoryId === repository.id);
  if (all.length === 0) return html`${links(opened)}<h2>Pull requests</h2><p>There are none yet.</p>`;
  const rows = all
    .toReversed()
    .map(
      (each) =>
        html`<tr><td><a href="${linkTo(opened, `/pull-requests/${each.id}/overview`)}">#${each.id} ${each.title}</a></td><td>${each.state}</td><td>${nameOf(opened, each.authorId)}</td><td>${each.from.name} → ${each.to.name}</td></tr>`,
    );
  return html`${links(opened)}<h2>Pull requests</h2>
<table><thead><tr><th scope="col">Pull request</th><th scope="col">State</th><th scope="col">Author</th><th scope="col">Branches</th></tr></thead><tbody>${rows}</tbody></table>`;
};

const pullRequestPage: Show = async (c, opened) => {
  const found = findPullRequest(c.req.param("id") ?? "", opened);
  if (found instanceof Response) return found;
  const { pullRequest } = found;
  const { from, to } = pullRequest;
  const selection = onlyIn(from.commitHash, to.commitHash);
  return html`${links(opened)}<h2>#${pullRequest.id} ${pullRequest.title}</h2>
<p><strong>${pullRequest.state}</strong> · ${nameOf(opened, pullRequest.authorId)} wants to merge <code>${from.name}</code> into <code>${to.name}</code></p>
${pullRequest.description === null ? "" : html`<p class="as-typed">${pullRequest.description}</p>`}${await people(opened, pullRequest)}
<h2>Commits</h2>${await commitTable(opened, selection)}${comments(opened, pullRequest)}`;
};

function comments(opened: Opened, { comments: all }: DcPullRequest): Html {
  const said = all.map(
    ({ authorId, text }) =>
      html`<p class="as-typed"><strong>${nameOf(opened, authorId)}</strong>: ${text}</p>`,
  );
  return said.length === 0 ? html`` : html`<h2>Comments</h2>${said}`;
}

async function people(opened: Opened, { participants }: DcPullRequest): Promise<Html> {
  const line = ({ userId, role, status }: Participant) =>
    html`<li>${nameOf(opened, userId)}: ${role}, ${status}</li>`;
  return participants.length === 0 ? html`` : html`<h2>People</h2><ul>${participants.map(line)}</ul>`;
}

function nameOf({ context }: Opened, userId: number): string {
  return personById(context.world, userId)?.displayName ?? "an access token";
}

function links(opened: Opened): Html {
  const { name, description } = opened.repository;
  return html`<h1>${name}</h1><p>${description ?? ""}</p>
<p><a href="${linkTo(opened, "/browse")}">Files</a> · <a href="${linkTo(opened, "/commits")}">Commits</a> · <a href="${linkTo(opened, "/pull-requests")}">Pull requests</a></p>`;
}

function linkTo({ context, repository }: Opened, path: string): string {
  return pathTo(context, `/projects/${repository.projectKey}/repos/${repository.slug}${path}`);
}

const pages = {
  "": browsePage,
  "/browse": browsePage,
  "/browse/*": browsePage,
  "/commits": commitsPage,
  "/commits/:commit": commitPage,
  "/pull-requests": pullRequestsPage,
  "/pull-requests/:id": pullRequestPage,
  "/pull-requests/:id/overview": pullRequestPage,
} satisfies Readonly<Record<string, Show>>;
