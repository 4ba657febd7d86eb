/** Owns the body of `repo:refs_changed`. */
import type { RefChange } from "../../git/ref-changes.ts";
import type { GitRepository } from "../../git/repository.ts";
import type { DataCenterContext } from "../context.ts";
import type { DcPushEvent } from "../events.ts";
import { displayId, commitObject as fullCommit } from "../history/commits.ts";
import { repositoryObject } from "../shapes.ts";
import { has } from "../version.ts";
import { actorObject, payloadDate, withIsoDates } from "./payload-shapes.ts";

const mostCommits = 5;
const zeros = "0".repeat(40);

/** Key order changed with 10, along with the dates. */
export async function pushPayload(
  context: DataCenterContext,
  { repository, actor, changes }: DcPushEvent,
): Promise<object> {
  const git = await context.git.open(repository.path);
  const eventKey = "repo:refs_changed";
  const date = payloadDate(context);
  const about = { actor: actorObject(context, actor), repository: repositoryObject(context, repository) };
  const { commits, toCommit } = await commitFields(context, git, changes);
  const isNew = has("isoWebhookDates", context);
  const listed = changes.map((change) => changeObject(change, isNew));
  if (!isNew) return { eventKey, date, ...about, changes: listed, ...commits, ...toCommit };
  return withIsoDates({
    date,
    actor: about.actor,
    ...toCommit,
    eventKey,
    changes: listed,
    ...commits,
    repository: about.repository,
  });
}

/** Zeros stand for what was not there before, or is not any more. An annotated tag is named by its own object. */
function changeObject(change: RefChange, isNew: boolean): object {
  const folder = change.kind === "branch" ? "heads" : "tags";
  const refId = `refs/${folder}/${change.name}`;
  const ref = { id: refId, displayId: change.name, type: change.kind === "branch" ? "BRANCH" : "TAG" };
  const [fromHash, toHash] = [change.old ?? zeros, change.new ?? zeros];
  const type = change.old === null ? "ADD" : change.new === null ? "DELETE" : "UPDATE";
  return isNew ? { ref, fromHash, toHash, refId, type } : { ref, refId, fromHash, toHash, type };
}

/** In newer versions, of the first reference that is still there: at most five commits, and the last one. */
async function commitFields(
  context: DataCenterContext,
  git: GitRepository,
  changes: readonly RefChange[],
): Promise<{ readonly commits: object; readonly toCommit: object }> {
  const change = changes.find((each) => each.new !== null);
  const to = change?.new == null || !has("pushCommits", context) ? null : await git.resolve(change.new);
  const last = to === null ? null : await git.commit(to);
  if (to === null || last === null) return { commits: {}, toCommit: {} };
  const from = change?.old == null ? null : await git.resolve(change.old);
  const selection = { include: [to], exclude: from === null ? [] : [from], path: null };
  const hashes = await git.log.commits(selection, { skip: 0, count: mostCommits });
  const found = await Promise.all(hashes.map((hash) => git.commit(hash)));
  const commits = found.flatMap((commit) => (commit === null ? [] : [fullCommit(context, commit, null)]));
  return {
    commits: { commits },
    toCommit: {
      toCommit: { ...fullCommit(context, last, null), parents: await parentsOf(context, git, last) },
    },
  };
}

/** The parents of the last commit are whole commits themselves, by what git says of their authors. */
async function parentsOf(
  context: DataCenterContext,
  git: GitRepository,
  { parents }: { readonly parents: readonly string[] },
): Promise<readonly object[]> {
  const found = await Promise.all(parents.map((hash) => git.commit(hash)));
  return found.map((commit, at) =>
    commit === null
      ? { id: parents[at], displayId: displayId(parents[at] ?? "") }
      : fullCommit(context, commit, null),
  );
}
