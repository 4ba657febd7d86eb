/** Owns which permissions a repository gives by name: read here; changing them is closed to OAuth, and not played. */
import { type Context, Hono } from "hono";
import type { EmulatorContext } from "../../core/context.ts";
import { findPerson, findWorkspace } from "../../core/world.ts";
import { type ApiEnv, requirePermission, requireScope, visibleRepository } from "../access.ts";
import { apiError, forbidden, json, repositoryNotFound } from "../answers.ts";
import { needs } from "../needs.ts";
import { listPage } from "../paging.ts";
import { groupGrantObject, groupGrants, userGrantObject } from "./shapes.ts";

const at = "/repositories/:workspace/:repository/permissions-config";

/** Without `q` and `sort`. @see "List explicit user permissions for a repository", Atlassian's REST reference */
export function configRoutes(context: EmulatorContext): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>({ strict: false });
  const gate = [
    requireScope(needs.repositoryAdministration),
    visibleRepository(context),
    requirePermission(context, "admin"),
  ] as const;
  const page = (c: Context<ApiEnv>, grants: readonly object[]) =>
    listPage(c, grants, { apiOrigin: context.origins.api, render: (grant) => grant });

  app.get(`${at}/users`, ...gate, (c) => {
    const repository = c.get("repository");
    const people = context.world.people.filter(({ uuid }) => repository.permissions?.has(uuid) === true);
    return page(
      c,
      people.map((person) => userGrantObject(context, repository, person)),
    );
  });

  app.get(`${at}/users/:user`, ...gate, (c) => {
    const person = findPerson(context.world, c.req.param("user") ?? "");
    return person === undefined
      ? apiError(404, { message: `${c.req.param("user")} is not a user` })
      : json(userGrantObject(context, c.get("repository"), person));
  });

  app.get(`${at}/groups`, ...gate, (c) => {
    const repository = c.get("repository");
    const workspace = findWorkspace(context.world, repository.workspaceSlug);
    if (workspace === undefined) return repositoryNotFound();
    const grants = groupGrants(repository);
    return page(
      c,
      grants.map((grant) => groupGrantObject(context, { repository, workspace }, grant)),
    );
  });

  app.on(["PUT", "DELETE"], [`${at}/users/:user`, `${at}/groups/:group`], ...gate, () => forbidden());
  return app;
}
