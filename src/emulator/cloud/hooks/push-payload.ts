/** Owns the body of `repo:push`. */
import type { RefChange } from "../../git/ref-changes.ts";
import type { PushEvent } from "../events.ts";
import { accountObject, accountOf } from "../pull-requests/accounts.ts";
import type { Opened } from "../repositories/opened.ts";
import { payloadBranch, payloadCommit, payloadRepository, payloadTag } from "./payload-shapes.ts";

/** A change names no more of its commits. */
const mostCommits = 5;

/**
 * `push, repository, actor`, one change a branch or tag.
 * @see "Event payloads", https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/
 */
export async function pushPayload(opened: Opened, { changes, actor }: PushEvent): Promise<object> {
  return {
    push: { changes: await Promise.all(changes.map((change) => changeObject(opened, change))) },
    repository: payloadRepository(opened),
    actor: accountObject(opened.context, accountOf(opened.context, actor)),
  };
}

/** What is gone has neither links nor commits, a tag no commits. */
async function changeObject(opened: Opened, change: RefChange): Promise<object> {
  const { kind, name } = change;
  const shape = kind === "branch" ? payloadBranch : payloadTag;
  const side = async (hash: string | null) => (hash === null ? null : shape(opened, name, hash));
  const commits = kind === "branch" && change.new !== null ? await commitsOf(opened, change) : [];
  return {
    old: await side(change.old),
    new: await side(change.new),
    truncated: commits.length > mostCommits,
    created: change.old === null,
    forced: change.forced,
    closed: change.new === null,
    ...(change.new === null ? {} : { links: await linksOf(opened, change, change.new) }),
    ...(kind === "branch" && change.new !== null ? { commits: commits.slice(0, mostCommits) } : {}),
  };
}

/** Newest first, one more than is shown. A new branch shows all that led to it. */
async function commitsOf({ git, ...rest }: Opened, change: RefChange): Promise<readonly object[]> {
  const selection = {
    include: change.new === null ? [] : [change.new],
    exclude: change.old === null ? [] : [change.old],
    path: null,
  };
  const hashes = await git.log.commits(selection, { skip: 0, count: mostCommits + 1 });
  const commits = await Promise.all(hashes.map((hash) => git.commit(hash)));
  return commits.flatMap((commit) =>
    commit === null ? [] : [payloadCommit({ git, ...rest }, commit, "all links")],
  );
}

/** Of a branch: the commits, the branch itself, and what came to it, unless it was forced or is new. */
async function linksOf({ git, links }: Opened, { kind, name, old, forced }: RefChange, now: string) {
  const hash = kind === "branch" ? now : ((await git.resolve(now)) ?? now);
  const exclude = old === null ? "" : `&exclude=${old}`;
  const commits = links.api(`/commits?include=${hash}${exclude}`);
  if (kind === "tag") return { commits };
  if (old === null || forced) return { commits, html: links.web(`/branch/${encodeURI(name)}`) };
  const range = `${now}..${old}`;
  return { commits, diff: links.api(`/diff/${range}`), html: links.web(`/branches/compare/${range}`) };
}
