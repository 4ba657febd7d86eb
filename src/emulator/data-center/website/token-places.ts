/** Owns whose HTTP access tokens a page is about: one's own, a project's or a repository's, and who may administer them. */
import type { Context } from "hono";
import { personsProjectLevel, personsRepositoryLevel } from "../access.ts";
import type { DataCenterContext } from "../context.ts";
import { type DcScope, tokenPermissions } from "../scopes.ts";
import type { HttpTokenOwner } from "../state.ts";
import { permissionsFor } from "../tokens/routes.ts";
import { has } from "../version.ts";
import { findProject, findRepository } from "../world.ts";
import { problemPage } from "./frame.ts";
import { type DcWebEnv, loginLocation } from "./visitor.ts";

const base = "/plugins/servlet/access-tokens";

/** Where the pages of the three kinds of owners are, below the context path; each with `/manage`, `/create` and `/revoke`. */
export const tokenPlaces = [base, `${base}/projects/:project`, `${base}/projects/:project/repos/:repository`];

export interface TokenPlace {
  readonly owner: HttpTokenOwner;
  /** Before `/manage`, below the context path. */
  readonly path: string;
  /** Who it is, for the way back: `Personal settings`, a project's or repository's name. */
  readonly name: string;
  readonly tickable: readonly DcScope[];
}

/** The place a page is about, or the page that keeps the visitor out. */
export async function tokenPlace(
  context: DataCenterContext,
  c: Context<DcWebEnv>,
): Promise<TokenPlace | Response> {
  const { person } = c.get("visitor");
  const { world, contextPath } = context;
  const asked = c.req.path.slice(contextPath.length);
  if (person === null) return c.redirect(loginLocation(context, asked));
  const [key, slug] = [c.req.param("project"), c.req.param("repository")];
  if (key === undefined)
    return {
      owner: { kind: "person", personId: person.id },
      path: base,
      name: "Personal settings",
      tickable: tokenPermissions,
    };
  const project = findProject(world, key);
  const repository = slug === undefined ? undefined : findRepository(world, key, slug);
  const isThere = project !== undefined && (slug === undefined || repository !== undefined);
  if (!isThere || !has("projectTokens", context))
    return problemPage(context, c, {
      status: 404,
      title: "Not found",
      text: "There is no such project or repository, or this version has no tokens of theirs.",
    });
  const level =
    repository === undefined
      ? personsProjectLevel(person, project)
      : personsRepositoryLevel(world, person, repository);
  if (level < 3)
    return problemPage(context, c, {
      status: 403,
      title: "Access denied",
      text: `Only its administrators see these tokens. You are logged in as ${person.displayName}.`,
    });
  const owner: HttpTokenOwner =
    repository === undefined
      ? { kind: "project", projectKey: project.key }
      : { kind: "repository", projectKey: project.key, repositorySlug: repository.slug };
  const path = `${base}/projects/${project.key}${repository === undefined ? "" : `/repos/${repository.slug}`}`;
  return { owner, path, name: (repository ?? project).name, tickable: permissionsFor(owner) };
}
