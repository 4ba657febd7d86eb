/** Owns branches, tags and the default branch. */
import type { Context } from "hono";
import { pathText } from "../../git/path.ts";
import type { Reference } from "../../git/references.ts";
import { json } from "../answers.ts";
import { noDefaultBranch, noSuchResource, noSuchTag } from "../errors.ts";
import { listPage } from "../paging.ts";
import { has } from "../version.ts";
import { pathBehind } from "./location.ts";
import type { HistoryHandler, Opened } from "./opened.ts";

export const listBranches: HistoryHandler = async (c, opened) => {
  const { all, mainBranch } = await opened.git.references();
  const branches = all.filter(({ kind }) => kind === "branch");
  return listReferences(c, opened, branches, (branch) => branchObject(branch, mainBranch));
};

export const listTags: HistoryHandler = async (c, opened) => {
  const { all } = await opened.git.references();
  return listReferences(
    c,
    opened,
    all.filter(({ kind }) => kind === "tag"),
    tagObject,
  );
};

export const oneTag: HistoryHandler = async (c, { git, repository }) => {
  const name = pathText(pathBehind(c, "tags")).replace(/^refs\/tags\//, "");
  const { all } = await git.references();
  const tag = all.find((each) => each.kind === "tag" && each.name === name);
  return tag === undefined ? noSuchTag(name, repository.name) : json(tagObject(tag));
};

/** The newer resource: the branch that is configured. */
export const defaultBranch: HistoryHandler = async (_, { git, repository, context }) => {
  if (!has("defaultBranch", context)) return noSuchResource();
  const { mainBranch } = await git.references();
  if (mainBranch !== null) return json(minimalBranch(mainBranch));
  return context.rules.emptyDefaultBranchStatus === 204
    ? new Response(null, { status: 204 })
    : noDefaultBranch(repository.name);
};

/** The older resource, `branches/default`: 204 for an empty repository. */
export const olderDefaultBranch: HistoryHandler = async (_, { git }) => {
  const { mainBranch } = await git.references();
  return mainBranch === null
    ? new Response(null, { status: 204 })
    : json(branchObject(mainBranch, mainBranch));
};

/** Filtered by `filterText`, with `boostMatches` the nearest first; by name, or by their last commit with `orderBy=MODIFICATION`. */
async function listReferences(
  c: Context,
  { git, context: { rules } }: Opened,
  references: readonly Reference[],
  render: (reference: Reference) => object,
): Promise<Response> {
  const words = (c.req.query("filterText") ?? "").toLowerCase();
  const found = references.filter(({ name }) => name.toLowerCase().includes(words));
  const boosts = words !== "" && c.req.query("boostMatches")?.toLowerCase() === "true";
  const byTime = c.req.query("orderBy")?.toUpperCase() === "MODIFICATION";
  const times = new Map<string, number>();
  if (byTime)
    for (const { commitHash } of found)
      times.set(commitHash, (await git.commit(commitHash))?.committer.date.getTime() ?? 0);
  const ordered = byTime
    ? found.toSorted((left, right) => (times.get(right.commitHash) ?? 0) - (times.get(left.commitHash) ?? 0))
    : found;
  const shown = boosts ? boosted(ordered, words) : ordered;
  return listPage(c, shown, { rules, most: rules.maxItems, render });
}

/** The name itself first, then those that begin with the words; among each the order stays. */
function boosted(references: readonly Reference[], words: string): readonly Reference[] {
  const rank = ({ name }: Reference) =>
    name.toLowerCase() === words ? 0 : name.toLowerCase().startsWith(words) ? 1 : 2;
  return references.toSorted((left, right) => rank(left) - rank(right));
}

function minimalBranch({ name }: Reference) {
  return { id: `refs/heads/${name}`, displayId: name, type: "BRANCH" };
}

function branchObject(branch: Reference, mainBranch: Reference | null): object {
  return {
    ...minimalBranch(branch),
    latestCommit: branch.commitHash,
    latestChangeset: branch.commitHash,
    isDefault: branch.name === mainBranch?.name,
  };
}

/** `hash` is the annotated tag's own object, null for a plain tag. */
function tagObject({ name, commitHash, tagHash }: Reference): object {
  return {
    id: `refs/tags/${name}`,
    displayId: name,
    type: "TAG",
    latestCommit: commitHash,
    latestChangeset: commitHash,
    hash: tagHash,
  };
}
