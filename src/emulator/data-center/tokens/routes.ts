/** Owns the REST resource of HTTP access tokens: make, list, show, revoke, for a person, a project or a repository. */
import { type Context, Hono } from "hono";
import { mayAdminister, projectLevel, repositoryLevel } from "../access.ts";
import { dcError, json } from "../answers.ts";
import type { DcCaller, DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import {
  badParameter,
  noSuchProject,
  noSuchRepository,
  noSuchResource,
  noSuchUser,
  notPermitted,
} from "../errors.ts";
import { type JsonObject, jsonObject } from "../json-body.ts";
import { listPage } from "../paging.ts";
import { tokenPermissions } from "../scopes.ts";
import { personObject } from "../shapes.ts";
import type { HttpAccessToken, HttpTokenOwner } from "../state.ts";
import { has } from "../version.ts";
import { findProject, findRepository, personById, personBySlug } from "../world.ts";
import { changeHttpToken, createHttpToken, type NewHttpToken, revokeHttpToken, tokensOf } from "./issue.ts";

const places = ["/users/:user", "/projects/:project", "/projects/:project/repos/:repository"];

/** `/rest/access-tokens/{latest|1.0}/…`. */
export function accessTokenRoutes(context: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  for (const place of places) {
    const path = `/rest/access-tokens/:version{latest|1\\.0}${place}`;
    app.put(path, (c) => withOwner(context, c, (owner) => create(context, c, owner)));
    app.post(`${path}/:id`, (c) => withOwner(context, c, (owner) => modify(context, c, owner)));
    app.get(path, (c) => withOwner(context, c, (owner) => list(context, c, owner)));
    app.get(`${path}/:id`, (c) =>
      withOwner(context, c, (owner) => {
        const token = tokensOf(context.world.state, owner).find(({ id }) => id === c.req.param("id"));
        return token === undefined ? noSuchToken() : json(tokenObject(context, token));
      }),
    );
    app.delete(`${path}/:id`, (c) =>
      withOwner(context, c, (owner) =>
        revokeHttpToken(context.world.state, owner, c.req.param("id"))
          ? new Response(null, { status: 204 })
          : noSuchToken(),
      ),
    );
  }
  return app;
}

type Answer = Response | Promise<Response>;

/** Whose tokens a path is about, if the caller may administer them; else the answer that says why not. */
function withOwner(
  context: DataCenterContext,
  c: Context<DcEnv>,
  use: (owner: HttpTokenOwner) => Answer,
): Answer {
  const { world } = context;
  const caller = c.get("caller");
  const [user, key = "", slug] = ["user", "project", "repository"].map((name) => c.req.param(name));
  if (!has(user === undefined ? "projectTokens" : "personalTokens", context)) return noSuchResource();
  if (caller.kind === "anonymous") return notPermitted();
  if (user !== undefined) {
    const person = personBySlug(world, user);
    if (person === undefined) return noSuchUser(user);
    return mayManage(caller, person.id) ? use({ kind: "person", personId: person.id }) : notPermitted();
  }
  const project = findProject(world, key);
  if (project === undefined) return noSuchProject(key);
  if (slug === undefined)
    return projectLevel(caller, project) === 3
      ? use({ kind: "project", projectKey: project.key })
      : notPermitted();
  const repository = findRepository(world, key, slug);
  if (repository === undefined) return noSuchRepository(key, slug);
  return repositoryLevel(world, caller, repository) === 3
    ? use({ kind: "repository", projectKey: project.key, repositorySlug: repository.slug })
    : notPermitted();
}

/** HTTP access tokens change nobody's account; others need the scope for it. */
function mayManage(caller: DcCaller, personId: number): boolean {
  if (caller.kind !== "person" || caller.credential === "http-access-token") return false;
  const { person, scopes } = caller;
  if (person.id === personId) return scopes === null || scopes.has("ACCOUNT_WRITE");
  return mayAdminister(caller);
}

async function create(
  context: DataCenterContext,
  c: Context<DcEnv>,
  owner: HttpTokenOwner,
): Promise<Response> {
  const body = await jsonObject(c);
  if (body instanceof Response) return body;
  const wanted = readWanted(body, owner);
  if (wanted instanceof Response) return wanted;
  if (tokensOf(context.world.state, owner).length >= context.rules.mostTokens)
    return badParameter(
      "",
      `There are ${context.rules.mostTokens} access tokens already, which is the most.`,
    );
  const token = createHttpToken(context, wanted);
  return json({ ...tokenObject(context, token), token: token.token });
}

/** The new token, or 400 with the field that is wrong. */
function readWanted(body: JsonObject, owner: HttpTokenOwner): NewHttpToken | Response {
  const { name, permissions } = body;
  if (typeof name !== "string" || name.trim() === "") return badParameter("name", "A name is required.");
  if (!Array.isArray(permissions) || permissions.length === 0)
    return badParameter("permissions", "At least one permission is required.");
  const wrong = wrongPermission(permissions, owner);
  if (wrong !== null) return wrong;
  const expiryDays = body.expiryDays ?? null;
  if (expiryDays !== null && !isDays(expiryDays)) return wrongDays();
  return { name, permissions: permissions.map(String), owner, expiryDays };
}

function wrongPermission(permissions: readonly unknown[], owner: HttpTokenOwner): Response | null {
  const unknown = permissions.find((one) => !permissionsFor(owner).some((known) => known === one));
  return unknown === undefined
    ? null
    : badParameter("permissions", `${String(unknown)} is not a permission of this kind of token.`);
}

function isDays(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0;
}

function wrongDays(): Response {
  return badParameter("expiryDays", "expiryDays must be a number of days, 1 or more.");
}

/** What is not sent stays as it is; so does the secret, which is not told again. */
async function modify(
  context: DataCenterContext,
  c: Context<DcEnv>,
  owner: HttpTokenOwner,
): Promise<Response> {
  const body = await jsonObject(c);
  if (body instanceof Response) return body;
  const token = tokensOf(context.world.state, owner).find(({ id }) => id === c.req.param("id"));
  if (token === undefined) return noSuchToken();
  const { name = token.name, permissions = token.permissions, expiryDays } = body;
  if (typeof name !== "string" || name.trim() === "") return badParameter("name", "A name is required.");
  if (!Array.isArray(permissions) || permissions.length === 0)
    return badParameter("permissions", "At least one permission is required.");
  const wrong = wrongPermission(permissions, owner);
  if (wrong !== null) return wrong;
  if (expiryDays !== undefined && !isDays(expiryDays)) return wrongDays();
  const renewed = changeHttpToken(context, token, {
    name,
    permissions: permissions.map(String),
    ...(expiryDays === undefined ? {} : { expiryDays }),
  });
  return json(tokenObject(context, renewed));
}

/** A repository's token carries no permission of projects. */
export function permissionsFor(owner: Pick<HttpTokenOwner, "kind">) {
  return tokenPermissions.filter((name) => owner.kind !== "repository" || name.startsWith("REPO_"));
}

function list(context: DataCenterContext, c: Context<DcEnv>, owner: HttpTokenOwner): Promise<Response> {
  const { rules } = context;
  return listPage(c, tokensOf(context.world.state, owner), {
    rules,
    most: rules.maxItems,
    render: (token) => tokenObject(context, token),
  });
}

/** Without the secret, which is told once. */
function tokenObject(context: DataCenterContext, token: HttpAccessToken): object {
  const { id, name, permissions, createdAt, expiresAt, lastUsedAt, owner } = token;
  const person = owner.kind === "person" ? personById(context.world, owner.personId) : undefined;
  return {
    id,
    createdDate: createdAt.getTime(),
    ...(expiresAt === null ? {} : { expiryDate: expiresAt.getTime() }),
    ...(lastUsedAt === null ? {} : { lastAuthenticated: lastUsedAt.getTime() }),
    name,
    permissions,
    ...(person === undefined ? {} : { user: personObject(context, person) }),
  };
}

function noSuchToken(): Response {
  return dcError(404, "NoSuchEntityException", "There is no such access token.");
}
