/** Owns branches and tags as JSON. */
import type { Reference } from "../../../git/references.ts";
import type { Opened } from "../opened.ts";
import { authorObject, commitDate, commitObject } from "./commit.ts";
import { referenceInUrl } from "./links.ts";

/** @see "List branches and tags", https://developer.atlassian.com/cloud/bitbucket/rest/api-group-refs/ */
export async function referenceObject(opened: Opened, reference: Reference): Promise<object> {
  const commit = await opened.git.commit(reference.commitHash);
  const target = commit === null ? null : commitObject(opened, commit);
  const name = referenceInUrl(reference.name);
  const isBranch = reference.kind === "branch";
  const links = {
    self: opened.links.api(`/refs/${isBranch ? "branches" : "tags"}/${name}`),
    commits: opened.links.api(`/commits/${name}`),
    html: opened.links.web(isBranch ? `/branch/${name}` : `/commits/tag/${name}`),
  };
  return {
    type: reference.kind,
    name: reference.name,
    links,
    target,
    ...(isBranch ? mergeStrategies : tagFields(opened, reference)),
  };
}

/** Of every branch. */
export const mergeStrategies = {
  merge_strategies: [
    "merge_commit",
    "squash",
    "fast_forward",
    "squash_fast_forward",
    "rebase_fast_forward",
    "rebase_merge",
  ],
  default_merge_strategy: "merge_commit",
} as const;

/** A plain tag has neither message nor date. */
function tagFields(opened: Opened, { annotation }: Reference): object {
  const tagger = annotation?.tagger ?? null;
  return {
    message: annotation?.message ?? null,
    date: tagger === null ? null : commitDate(tagger.date),
    tagger: tagger === null ? null : authorObject(opened, tagger),
  };
}
