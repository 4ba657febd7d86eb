/** Owns `refs`: branches and tags. */
import type { Reference } from "../../git/references.ts";
import { apiError, json } from "../answers.ts";
import { textFrom } from "./location.ts";
import { objectPage } from "./object-page.ts";
import type { RepositoryHandler } from "./opened.ts";
import { referenceObject } from "./shapes/reference.ts";

/**
 * All references, or those of one kind, in byte order unless sorted.
 * @see "List branches and tags", https://developer.atlassian.com/cloud/bitbucket/rest/api-group-refs/
 */
export function listReferences(kind: Reference["kind"] | "all"): RepositoryHandler {
  return async (c, opened) => {
    const { all } = await opened.git.references();
    const wanted = all.filter((reference) => kind === "all" || reference.kind === kind);
    const { api: apiOrigin } = opened.context.origins;
    const object = (reference: Reference) => referenceObject(opened, reference);
    return objectPage(c, wanted, { apiOrigin, render: object });
  };
}

/** One branch or tag; slashes in its name stand in the URL as they are, or encoded. */
export function oneReference(kind: Reference["kind"]): RepositoryHandler {
  const list = listReferences(kind);
  return async (c, opened) => {
    const name = textFrom(c, 2);
    if (name === "") return list(c, opened);
    const { all } = await opened.git.references();
    const found = all.find((reference) => reference.kind === kind && reference.name === name);
    // The real wording was never captured; the status is documented.
    if (found === undefined) return apiError(404, { message: `No such ${kind}: ${name}` });
    return json(await referenceObject(opened, found));
  };
}
