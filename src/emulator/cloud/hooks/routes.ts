/** Owns webhooks over the API: of repositories, of workspaces, and which events there are. */
import { randomUUID } from "node:crypto";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import type { EmulatorContext } from "../../core/context.ts";
import { findWorkspace, insideBraces, isAdministrator } from "../../core/world.ts";
import { leadsOutside } from "../../hooks/address.ts";
import { type ApiEnv, requirePermission, requireScope, visibleRepository } from "../access.ts";
import { apiError, forbidden, json, resourceNotFound, workspaceNotFound } from "../answers.ts";
import type { Caller } from "../caller.ts";
import { type Need, needs } from "../needs.ts";
import { listPage } from "../paging.ts";
import { partialAnswers } from "../repositories/query/partial.ts";
import { badHook, type HookFields, readHook, usualFields } from "./body.ts";
import { eventTypesOf, needsOfEvents } from "./event-types.ts";
import { hookObject } from "./shape.ts";
import { type Hook, type HookSubject, isOf } from "./state.ts";

/** Which hooks a path is about, for a caller who may have them. */
type SubjectOf = (c: Context<ApiEnv>) => HookSubject | Response;

export function hookRoutes(context: EmulatorContext): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>({ strict: false });
  eventRoutes(app, context);
  const partial = partialAnswers();
  const repository = [partial, visibleRepository(context), requirePermission(context, "admin")];
  addRoutes(app, context, {
    at: "/repositories/:workspace/:repository/hooks",
    gate: repository,
    subjectOf: (c) => ({ kind: "repository", repositoryUuid: c.get("repository").uuid }),
  });
  addRoutes(app, context, {
    at: "/workspaces/:workspace/hooks",
    gate: [],
    subjectOf: (c) => ownWorkspace(context, c),
  });
  return app;
}

/** @see "List subscribable webhook types", https://developer.atlassian.com/cloud/bitbucket/rest/api-group-webhooks/ */
function eventRoutes(app: Hono<ApiEnv>, { origins }: EmulatorContext): void {
  const subject = (name: string) => ({
    links: { events: { href: `${origins.api}/2.0/hook_events/${name}` } },
  });
  app.get("/hook_events", () => json({ repository: subject("repository"), workspace: subject("workspace") }));
  app.get("/hook_events/:subject", (c) => {
    const asked = c.req.param("subject");
    if (asked !== "repository" && asked !== "workspace") return resourceNotFound();
    return listPage(c, eventTypesOf(asked), {
      defaultPagelen: 30,
      apiOrigin: origins.api,
      render: ([event, { category, label, description }]) => ({ category, description, event, label }),
    });
  });
}

interface HookPlace {
  readonly at: string;
  readonly gate: readonly MiddlewareHandler<ApiEnv>[];
  readonly subjectOf: SubjectOf;
}

function addRoutes(app: Hono<ApiEnv>, context: EmulatorContext, { at, gate, subjectOf }: HookPlace): void {
  const on = (
    method: "GET" | "POST" | "PUT" | "DELETE",
    path: string,
    answer: (c: Context<ApiEnv>, subject: HookSubject) => Response | Promise<Response>,
  ) =>
    app.on(method, [`${at}${path}`], scopeOf(method), ...gate, (c) => {
      const subject = subjectOf(c);
      return subject instanceof Response ? subject : answer(c, subject);
    });
  on("GET", "", (c, subject) =>
    listPage(c, hooksOf(context, subject), {
      apiOrigin: context.origins.api,
      render: (hook) => hookObject(context, hook),
    }),
  );
  on("POST", "", (c, subject) => createHook(context, c, subject));
  on("GET", "/:uid", (c, subject) =>
    withHook(context, c, subject, (hook) => json(hookObject(context, hook))),
  );
  on("PUT", "/:uid", (c, subject) => withHook(context, c, subject, (hook) => changeHook(context, c, hook)));
  on("DELETE", "/:uid", (c, subject) =>
    withHook(context, c, subject, (hook) => {
      const { hooks } = context.world;
      hooks.splice(hooks.indexOf(hook), 1);
      return new Response(null, { status: 204 });
    }),
  );
}

/** Subscribing takes the scopes of the events, too: those the body names, right or wrong as it may be otherwise. */
function scopeOf(method: "GET" | "POST" | "PUT" | "DELETE"): MiddlewareHandler<ApiEnv> {
  if (method === "GET") return requireScope(needs.webhooks);
  if (method === "DELETE") return requireScope(needs.webhookDeletion);
  return async (c, next) => {
    const body = await bodyOf(c);
    const events = typeof body === "object" && body !== null && "events" in body ? body.events : [];
    const named = Array.isArray(events) ? events.filter((name) => typeof name === "string") : [];
    const need: Need = needsOfEvents(needs.webhookChange, named);
    return requireScope(need)(c, next);
  };
}

async function bodyOf(c: Context<ApiEnv>): Promise<unknown> {
  return c.req.json().catch(() => undefined);
}

function hooksOf({ world }: EmulatorContext, subject: HookSubject): readonly Hook[] {
  return world.hooks.filter((hook) => isOf(subject, hook));
}

function withHook(
  context: EmulatorContext,
  c: Context<ApiEnv>,
  subject: HookSubject,
  use: (hook: Hook) => Response | Promise<Response>,
): Response | Promise<Response> {
  const handle = c.req.param("uid") ?? "";
  const uuid = insideBraces(handle) ?? handle;
  const hook = hooksOf(context, subject).find((one) => one.uuid === uuid.toLowerCase());
  // The wording was never captured; the status is documented.
  return hook === undefined ? apiError(404, { message: `Webhook ${handle} not found` }) : use(hook);
}

async function createHook(
  context: EmulatorContext,
  c: Context<ApiEnv>,
  subject: HookSubject,
): Promise<Response> {
  const { world, rules, clock } = context;
  const fields = readHook(await bodyOf(c), { subject: subject.kind, isWhole: true });
  if (fields instanceof Response) return fields;
  const { url = "", events = [] } = fields;
  const refusal = await urlRefusal(context, c, subject, url);
  if (refusal !== null) return refusal;
  const own = { url, events, uuid: randomUUID(), subject, createdAt: clock.now() };
  const hook: Hook = { ...usualFields(rules), ...fields, ...own };
  world.hooks.push(hook);
  return json(hookObject(context, hook), 201);
}

async function changeHook(context: EmulatorContext, c: Context<ApiEnv>, hook: Hook): Promise<Response> {
  const isWhole = !context.rules.hookUpdateKeepsRest;
  const fields: HookFields | Response = readHook(await bodyOf(c), { subject: hook.subject.kind, isWhole });
  if (fields instanceof Response) return fields;
  const moved = fields.url !== undefined && fields.url !== hook.url;
  const refusal = moved ? await urlRefusal(context, c, hook.subject, fields.url ?? "") : null;
  if (refusal !== null) return refusal;
  const changed: Hook = { ...hook, ...fields };
  const { hooks } = context.world;
  const at = hooks.indexOf(hook);
  if (at < 0) return apiError(404, { message: `Webhook ${hook.uuid} not found` });
  hooks[at] = changed;
  return json(hookObject(context, changed));
}

/** "The url must properly resolve and cannot be an internal, non-routed address." */
async function urlRefusal(
  context: EmulatorContext,
  c: Context<ApiEnv>,
  subject: HookSubject,
  url: string,
): Promise<Response | null> {
  const { rules } = context;
  if (!rules.hooksToPrivateAddresses && !(await leadsOutside(new URL(url)))) return unroutable(c);
  const isThere = hooksOf(context, subject).some((hook) => hook.url === url);
  return isThere && !rules.hookUrlTwice ? badHook('Field: "url" is that of another webhook') : null;
}

/** Who develops on one machine is told what to switch, in the list of requests: Bitbucket's answer would not. */
function unroutable(c: Context<ApiEnv>): Response {
  if (c.env.note !== undefined) c.env.note.hint = "the rule hooksToPrivateAddresses lets hooks go there";
  return badHook('Field: "url" does not resolve to a public address');
}

/** Only owners of a workspace, and tokens for the whole of it, have to do with its hooks. */
function ownWorkspace({ world }: EmulatorContext, c: Context<ApiEnv>): HookSubject | Response {
  const handle = c.req.param("workspace") ?? "";
  const workspace = findWorkspace(world, handle);
  if (workspace === undefined) return workspaceNotFound(handle);
  const caller: Caller = c.get("caller");
  const isOwner = caller.kind === "person" && isAdministrator(workspace, caller.person.uuid);
  const isToken =
    caller.kind === "access_token" &&
    caller.token.reach.kind === "workspace" &&
    caller.token.reach.workspaceUuid === workspace.uuid;
  return isOwner || isToken ? { kind: "workspace", workspaceUuid: workspace.uuid } : forbidden();
}
