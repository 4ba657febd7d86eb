/** Owns the pages that links to pull requests lead to: a repository's list, and one with what it would bring. */

import { type Html, html } from "../../../ui/html.ts";
import type { EmulatorContext } from "../../core/context.ts";
import type { Repository } from "../../core/world.ts";
import { onlyIn } from "../../git/log.ts";
import type { GitRepository } from "../../git/repository.ts";
import { accountName } from "../pull-requests/accounts.ts";
import { ofRepository } from "../pull-requests/found.ts";
import type { Comment, Participant, PullRequest } from "../pull-requests/state.ts";

const commitsShown = 100;

/** The last changed first, whatever their state. */
export function pullRequestList(context: EmulatorContext, repository: Repository): Html {
  const pullRequests = ofRepository(context, repository)
    .toReversed()
    .toSorted((left, right) => right.updatedOn.getTime() - left.updatedOn.getTime());
  if (pullRequests.length === 0)
    return html`<h1>Pull requests</h1><p>This repository has no pull requests. They are opened over the API.</p>`;
  const rows = pullRequests.map((each) => row(context, repository, each));
  return html`<h1>Pull requests</h1>
<table><thead><tr><th scope="col">Id</th><th scope="col">Title</th><th scope="col">State</th><th scope="col">Branches</th><th scope="col">Author</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function row(context: EmulatorContext, { workspaceSlug, slug }: Repository, pullRequest: PullRequest): Html {
  const { id, title, author } = pullRequest;
  return html`<tr><td>${id}</td><td><a href="/${workspaceSlug}/${slug}/pull-requests/${id}">${title}</a></td><td>${stateText(pullRequest)}</td><td>${branches(pullRequest)}</td><td>${accountName(context, author)}</td></tr>`;
}

/** Null: there is none of that number. */
export async function onePullRequest(
  context: EmulatorContext,
  repository: Repository,
  { git, id }: { readonly git: GitRepository; readonly id: string },
): Promise<Html | null> {
  const pullRequest = ofRepository(context, repository).find((each) => String(each.id) === id);
  if (pullRequest === undefined) return null;
  const { title, description, author, participants, comments, reason } = pullRequest;
  return html`<h1>${title}</h1>
<p>${stateText(pullRequest)} · ${branches(pullRequest)} · ${accountName(context, author)} · <time>${pullRequest.createdOn.toISOString()}</time></p>
${reason === "" ? "" : html`<p>Declined: ${reason}</p>`}
${description === "" ? "" : html`<pre tabindex="0">${description}</pre>`}
<h2>Commits</h2>
${await commitTable(git, repository, pullRequest)}
<h2>Reviews</h2>
${participants.length === 0 ? html`<p>Nobody was asked, and nobody has said anything.</p>` : html`<ul>${participants.map((each) => participantLine(context, each))}</ul>`}
${comments.length === 0 ? "" : html`<h2>Comments</h2>${comments.map((each) => commentBlock(context, each))}`}`;
}

function stateText({ state, draft }: PullRequest): string {
  return draft && state === "OPEN" ? "Draft" : state.charAt(0) + state.slice(1).toLowerCase();
}

function branches({ source, destination }: PullRequest): Html {
  return html`<code>${source.branch}</code> → <code>${destination.branch}</code>`;
}

async function commitTable(
  git: GitRepository,
  { workspaceSlug, slug }: Repository,
  { source, destination }: PullRequest,
): Promise<Html> {
  const selection = onlyIn(source.hash, destination.hash);
  const hashes = await git.log.commits(selection, { skip: 0, count: commitsShown });
  const commits = await Promise.all(hashes.map((hash) => git.commit(hash)));
  const rows = commits.flatMap((commit) => {
    if (commit === null) return [];
    const { hash, message, author } = commit;
    return html`<tr><td><a href="/${workspaceSlug}/${slug}/commits/${hash}"><code>${hash.slice(0, 7)}</code></a></td><td>${message.split("\n")[0]}</td><td>${author.raw.replace(/ *<[^>]*>$/, "")}</td></tr>`;
  });
  return html`<table><thead><tr><th scope="col">Commit</th><th scope="col">Message</th><th scope="col">Author</th></tr></thead><tbody>${rows}</tbody></table>`;
}

const opinions = { approved: "approved", changes_requested: "requested changes" } as const;

function participantLine(context: EmulatorContext, { account, role, opinion }: Participant): Html {
  const said = opinion === null ? "" : `, ${opinions[opinion]}`;
  return html`<li>${accountName(context, account)} (${role.toLowerCase()}${said})</li>`;
}

function commentBlock(context: EmulatorContext, { id, account, raw, deleted, inline }: Comment): Html {
  const place = inline === null ? "" : html` on <code>${inline.path}</code>`;
  return html`<article id="comment-${id}"><p>${accountName(context, account)}${place}</p><pre tabindex="0">${deleted ? "(deleted)" : raw}</pre></article>`;
}
