/** Owns commits as JSON. */
import type { Commit, Signature } from "../../../git/objects/commit.ts";
import type { Opened } from "../opened.ts";
import { embeddedUser, personByEmail } from "./account.ts";
import type { Link, RepositoryLinks } from "./links.ts";
import { embeddedRepository } from "./repository.ts";

/**
 * A commit as lists carry it; `date` is the committer's, to the second.
 * @see "List commits", https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commits/
 */
export function commitObject(opened: Opened, commit: Commit): object {
  const { links } = opened;
  const message = rendered(commit.message);
  return {
    type: "commit",
    hash: commit.hash,
    date: commitDate(commit.committer.date),
    author: authorObject(opened, commit.author),
    message: commit.message,
    summary: message,
    links: commitLinks(links, commit.hash),
    parents: commit.parents.map((hash) => commitReference(links, hash)),
    rendered: { message },
    repository: embeddedRepository(opened),
  };
}

/** A commit named in passing. */
export function commitReference(links: RepositoryLinks, hash: string): object {
  const { self, html } = commitLinks(links, hash);
  return { hash, links: { self, html }, type: "commit" };
}

/** `user` is absent where the address belongs to nobody. */
export function authorObject({ context }: Opened, { raw, email }: Signature): object {
  const person = personByEmail(context, email);
  const user = person === undefined ? {} : { user: embeddedUser(context.origins, person) };
  return { type: "author", raw, ...user };
}

/** `2024-05-06T07:08:09+00:00`: unlike other timestamps, without a fraction. */
export function commitDate(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, "+00:00");
}

/** All of a commit's; where it is named in passing, only the first two. */
export function commitLinks(links: RepositoryLinks, hash: string) {
  const below = (name: string): Link => links.api(`/commit/${hash}/${name}`);
  return {
    self: links.api(`/commit/${hash}`),
    html: links.web(`/commits/${hash}`),
    diff: links.api(`/diff/${hash}`),
    approve: below("approve"),
    comments: below("comments"),
    statuses: below("statuses"),
    patch: links.api(`/patch/${hash}`),
  };
}

/** Markdown as Bitbucket shows it: paragraphs are all we render. */
export function rendered(raw: string) {
  const html = raw.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").trimEnd();
  return { type: "rendered", raw, markup: "markdown", html: html === "" ? "" : `<p>${html}</p>` };
}
