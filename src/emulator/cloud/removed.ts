/** Owns the lists across workspaces that CHANGE-2770 removed: 410 today, answers under the rules of 2025. */
import { type Context, Hono, type MiddlewareHandler } from "hono";
import type { EmulatorContext } from "../core/context.ts";
import { isAdministrator, type Repository } from "../core/world.ts";
import { type ApiEnv, maySee, requireScope } from "./access.ts";
import { workspaceObject } from "./accounts.ts";
import { forbidden, gone, json, resourceNotFound } from "./answers.ts";
import { needs } from "./needs.ts";
import { listPage } from "./paging.ts";
import { workspaceRole } from "./permissions/permission.ts";
import { membershipObject } from "./permissions/shapes.ts";
import { accessesOf, permissionPage, selectedPage } from "./workspaces.ts";

/** `fetchOne` answers a path of the API as the same caller: a repository is shown here as it is by itself. */
export function removedRoutes(
  context: EmulatorContext,
  fetchOne: (c: Context<ApiEnv>, path: string) => Promise<Response>,
): Hono<ApiEnv> {
  const { origins, rules } = context;
  const app = new Hono<ApiEnv>();
  const unlessGone: MiddlewareHandler<ApiEnv> = async (_, next) =>
    rules.crossWorkspaceLists ? next() : gone();

  app.get("/user/permissions/repositories", async (_, next) =>
    !rules.crossWorkspaceLists && rules.repositoryPermissionsGone === 404 ? resourceNotFound() : next(),
  );
  for (const path of [
    "/repositories",
    "/workspaces",
    "/snippets",
    "/user/permissions/workspaces",
    "/user/permissions/repositories",
  ])
    app.get(path, unlessGone);

  app.get("/repositories", requireScope(needs.repository), (c) => repositoryPage(context, c, fetchOne));
  app.get("/snippets", requireScope(needs.removedSnippets), (c) =>
    listPage(c, [], { apiOrigin: origins.api, render: () => null }),
  );
  app.get("/workspaces", requireScope(needs.removedWorkspaces), (c) => {
    const role = c.req.query("role");
    const accesses = accessesOf(context, c).filter(({ administrator }) => role !== "owner" || administrator);
    return selectedPage(
      context,
      c,
      accesses.map(({ workspace }) => workspaceObject(origins, workspace)),
    );
  });
  app.get("/user/permissions/workspaces", requireScope(needs.removedWorkspaces), (c) => {
    const caller = c.get("caller");
    if (caller.kind !== "person") return forbidden();
    const memberships = accessesOf(context, c).map(({ workspace }) => {
      const role = workspaceRole(context.world, workspace, caller.person.uuid) ?? "member";
      return membershipObject(context, workspace, caller.person, role);
    });
    return selectedPage(context, c, memberships);
  });
  app.get("/user/permissions/repositories", requireScope(needs.ownRepositoryPermissions), (c) => {
    const caller = c.get("caller");
    if (caller.kind !== "person") return forbidden();
    return permissionPage(context, c, memberRepositories(context, c), caller.person);
  });
  return app;
}

/** `role` narrows to one's own; without it, public ones of others count too. */
async function repositoryPage(
  context: EmulatorContext,
  c: Context<ApiEnv>,
  fetchOne: (c: Context<ApiEnv>, path: string) => Promise<Response>,
): Promise<Response> {
  const role = c.req.query("role");
  const visible = role === undefined ? context.world.repositories : memberRepositories(context, c);
  const repositories = visible
    .filter((repository) => maySee(context, c.get("caller"), repository))
    .filter((repository) => !["admin", "owner"].includes(role ?? "") || administers(context, c, repository));
  const page = listPage(c, repositories, {
    apiOrigin: context.origins.api,
    render: ({ workspaceSlug, slug }) => `/2.0/repositories/${workspaceSlug}/${slug}`,
  });
  if (!page.ok) return page;
  const body = (await page.json()) as { readonly values: readonly string[] }; // made by the lines above
  const values = await Promise.all(body.values.map(async (path) => (await fetchOne(c, path)).json()));
  return json({ ...body, values });
}

function memberRepositories(context: EmulatorContext, c: Context<ApiEnv>): readonly Repository[] {
  const slugs = new Set(accessesOf(context, c).map(({ workspace }) => workspace.slug));
  return context.world.repositories.filter(({ workspaceSlug }) => slugs.has(workspaceSlug));
}

function administers({ world }: EmulatorContext, c: Context<ApiEnv>, repository: Repository): boolean {
  const caller = c.get("caller");
  const workspace = world.workspaces.find(({ slug }) => slug === repository.workspaceSlug);
  return (
    caller.kind === "person" && workspace !== undefined && isAdministrator(workspace, caller.person.uuid)
  );
}
