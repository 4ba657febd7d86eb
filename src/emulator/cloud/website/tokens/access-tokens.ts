/** Owns the access tokens in the settings of a workspace, a project or a repository: list, create, revoke. For administrators. */
import { type Context, Hono } from "hono";
import type { EmulatorContext } from "../../../core/context.ts";
import { addAccessToken } from "../../../core/plant-tokens.ts";
import { accessTokenScopes } from "../../../core/scopes.ts";
import {
  findRepository,
  ownProjectKey,
  type Reach,
  type ResourceToken,
  type Workspace,
} from "../../../core/world.ts";
import { revokeAccessToken } from "../../tokens/access-tokens.ts";
import { administered, foreignForm } from "../consumers.ts";
import { problemPage, webPage } from "../frame.ts";
import { tickedScopes } from "../permissions.ts";
import { ownForm, type Visitor, type WebEnv } from "../visitor.ts";
import { type AccessTokensView, accessTokensPage, type Place } from "./access-tokens-page.ts";
import { readExpiry } from "./expiry.ts";

const paths = [
  "/:workspace/workspace/settings/access-tokens",
  "/:workspace/workspace/projects/:project/settings/access-tokens",
  "/:workspace/:repository/admin/access-tokens",
];

export function accessTokenPages(context: EmulatorContext): Hono<WebEnv> {
  const { clock, rules, world } = context;
  const app = new Hono<WebEnv>({ strict: false });
  /** Made, and not yet looked at by who made it. */
  const fresh = new WeakMap<Visitor, ResourceToken>();

  const view = (
    c: Context<WebEnv>,
    place: Place,
    sentBack: AccessTokensView["sentBack"],
  ): AccessTokensView => {
    const visitor = c.get("visitor");
    const made = fresh.get(visitor);
    fresh.delete(visitor);
    const tokens = world.resourceTokens.filter(({ reach }) => sameReach(reach, place.reach));
    return { place, rules, csrf: visitor.csrf, now: clock.now(), tokens, fresh: made, sentBack };
  };

  for (const path of paths) {
    app.get(path, async (c) => {
      const place = await findPlace(context, c);
      return place instanceof Response ? place : webPage(context, c, accessTokensPage(view(c, place, null)));
    });

    app.post(path, async (c) => {
      const place = await findPlace(context, c);
      if (place instanceof Response) return place;
      const form = await ownForm(c);
      if (form === null) return foreignForm(context, c);
      const read = readForm(context, form, place);
      if ("problems" in read)
        return webPage(context, c, accessTokensPage(view(c, place, { form, problems: read.problems })));
      fresh.set(c.get("visitor"), addAccessToken(world, read, { now: clock.now(), isSeeded: false }));
      return c.redirect(place.path, 303);
    });

    app.post(`${path}/revoke`, async (c) => {
      const place = await findPlace(context, c);
      if (place instanceof Response) return place;
      const form = await ownForm(c);
      if (form === null) return foreignForm(context, c);
      const id = form.get("id") ?? "";
      const own = world.resourceTokens.find(
        (token) => token.id === id && sameReach(token.reach, place.reach),
      );
      if (own !== undefined) revokeAccessToken(world, own.id);
      return c.redirect(place.path, 303);
    });
  }
  return app;
}

/** Where the tokens of a workspace or of one of its repositories are made. */
export function accessTokensLocation(workspaceSlug: string, repositorySlug?: string): string {
  return repositorySlug === undefined
    ? `/${workspaceSlug}/workspace/settings/access-tokens`
    : `/${workspaceSlug}/${repositorySlug}/admin/access-tokens`;
}

/** Of whom the address speaks, if the visitor administers it; else the answer that says what to do. */
async function findPlace(context: EmulatorContext, c: Context<WebEnv>): Promise<Place | Response> {
  const workspace = await administered(context, c, "its access tokens");
  if (workspace instanceof Response) return workspace;
  const place = placeIn(context, workspace, c.req.param("project"), c.req.param("repository"));
  return (
    place ??
    problemPage(context, c, { status: 404, title: "Not found", text: "There is nothing under this address." })
  );
}

function placeIn(
  { world }: EmulatorContext,
  { slug, uuid: workspaceUuid, name }: Workspace,
  project: string | undefined,
  repository: string | undefined,
): Place | null {
  const above = { title: name, href: `/${slug}/` };
  if (project !== undefined) {
    const isThere = world.repositories.some(
      (one) => one.workspaceSlug === slug && one.projectKey === project,
    );
    if (!isThere && project !== ownProjectKey(slug)) return null;
    return {
      kind: "project",
      workspace: slug,
      project,
      reach: { kind: "project", workspaceUuid, projectKey: project },
      path: `/${slug}/workspace/projects/${project}/settings/access-tokens`,
      crumbs: [above, { title: project }, { title: "Project settings" }],
    };
  }
  if (repository === undefined)
    return {
      kind: "workspace",
      workspace: slug,
      reach: { kind: "workspace", workspaceUuid },
      path: accessTokensLocation(slug),
      crumbs: [above, { title: "Workspace settings" }],
    };
  const found = findRepository(world, slug, repository);
  if (found === undefined) return null;
  return {
    kind: "repository",
    workspace: slug,
    repository: found.slug,
    reach: { kind: "repository", workspaceUuid, repositoryUuid: found.uuid },
    path: accessTokensLocation(slug, found.slug),
    crumbs: [above, { title: found.slug, href: `/${slug}/${found.slug}/` }, { title: "Repository settings" }],
  };
}

function sameReach(left: Reach, right: Reach): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function readForm({ rules, clock }: EmulatorContext, form: URLSearchParams, place: Place) {
  const name = (form.get("name") ?? "").trim();
  const expiry = readExpiry(form, clock.now());
  const problems = {
    ...(name === "" ? { name: "A name is needed." } : {}),
    ...("problem" in expiry ? { expires: expiry.problem } : {}),
  };
  if ("problem" in expiry || Object.keys(problems).length > 0) return { problems };
  const { workspace, project, repository, kind } = place;
  return {
    workspace,
    ...(project === undefined ? {} : { project }),
    ...(repository === undefined ? {} : { repository }),
    name,
    scopes: tickedScopes(rules, form).filter((scope) => accessTokenScopes[kind].includes(scope)),
    ...(expiry.at === null ? {} : { expiresAt: expiry.at }),
  };
}
