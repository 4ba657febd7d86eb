/** Owns webhooks over a Data Center's REST API: of repositories and of projects, their deliveries, and which events there are. */
import { type Context, Hono } from "hono";
import { projectLevel, repositoryLevel } from "../access.ts";
import { dcError, json } from "../answers.ts";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import {
  badParameter,
  noSuchProject,
  noSuchRepository,
  notPermitted,
  unsupportedMediaType,
} from "../errors.ts";
import { isJson } from "../json-body.ts";
import { listPage } from "../paging.ts";
import { findProject, findRepository } from "../world.ts";
import { type DcHookFields, readDcHook } from "./body.ts";
import { eventsOf } from "./event-types.ts";
import { deliveryOf } from "./listen.ts";
import { dcHookObject, historyObject, invocationObject, outcomeOf, requestResponse } from "./shape.ts";
import { type DcHook, type DcHookScope, type DcInvocation, isOf } from "./state.ts";

type Answer = (c: Context<DcEnv>, scope: DcHookScope) => Response | Promise<Response>;
type OneAnswer = (c: Context<DcEnv>, hook: DcHook) => Response | Promise<Response>;

/** Below `/rest/api/latest`; REPO_ADMIN or PROJECT_ADMIN for all of it. */
export function webhookRoutes(context: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  for (const at of ["/projects/:project/repos/:repository/webhooks", "/projects/:project/webhooks"]) {
    const on = (method: "GET" | "POST" | "PUT" | "DELETE", path: string, answer: Answer) =>
      app.on(method, [`${at}${path}`], (c) => {
        const scope = administered(context, c);
        return scope instanceof Response ? scope : answer(c, scope);
      });
    const onOne = (method: "GET" | "PUT" | "DELETE", path: string, answer: OneAnswer) =>
      on(method, `/:webhook{[0-9]+}${path}`, (c, scope) => {
        const hook = context.world.hookState.hooks.find(
          (one) => isOf(scope, one) && one.id === Number(c.req.param("webhook")),
        );
        return hook === undefined ? noSuchWebhook(c.req.param("webhook") ?? "") : answer(c, hook);
      });
    on("GET", "", (c, scope) => listHooks(context, c, scope));
    if (at.includes(":repository")) on("GET", "/search", (c, scope) => searchHooks(context, c, scope));
    on("POST", "", (c, scope) => createHook(context, c, scope));
    on("POST", "/test", (c, scope) => testHook(context, c, scope));
    onOne("GET", "", (c, hook) => json(dcHookObject(context, hook, wantsStatistics(c))));
    onOne("PUT", "", (c, hook) => changeHook(context, c, hook));
    onOne("DELETE", "", (_, hook) => {
      const { hooks } = context.world.hookState;
      hooks.splice(hooks.indexOf(hook), 1);
      return new Response(null, { status: 204 });
    });
    onOne("GET", "/latest", (c, hook) => latest(context, c, hook));
    onOne("GET", "/statistics", (c, hook) =>
      json(historyObject(invocationsOf(context, hook, c.req.query("event")))),
    );
    onOne("GET", "/statistics/summary", (_, hook) => summary(context, hook));
  }
  return app;
}

/** Outside `/rest/api`, for anybody. */
export function webhookCapabilities(context: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  for (const version of ["latest", "1.0"])
    app.get(`/rest/webhooks/${version}/capabilities`, () =>
      json({ "application-webhooks": eventsOf(context, "project") }),
    );
  return app;
}

function noSuchWebhook(id: string): Response {
  return dcError(404, "webhook.NoSuchWebhookException", `Webhook ${id} does not exist.`);
}

/** What the path is about, for who administers it. */
function administered({ world }: DataCenterContext, c: Context<DcEnv>): DcHookScope | Response {
  const [key, slug] = [c.req.param("project") ?? "", c.req.param("repository")];
  const project = findProject(world, key);
  if (project === undefined) return noSuchProject(key);
  const caller = c.get("caller");
  if (slug === undefined)
    return projectLevel(caller, project) < 3 ? notPermitted() : { kind: "project", projectId: project.id };
  const repository = findRepository(world, key, slug);
  if (repository === undefined) return noSuchRepository(key, slug);
  return repositoryLevel(world, caller, repository) < 3
    ? notPermitted()
    : { kind: "repository", repositoryId: repository.id };
}

function wantsStatistics(c: Context<DcEnv>): boolean {
  return c.req.query("statistics")?.toLowerCase() === "true";
}

function listHooks(
  context: DataCenterContext,
  c: Context<DcEnv>,
  scope: DcHookScope,
): Response | Promise<Response> {
  return hookPage(context, c, (hook) => isOf(scope, hook));
}

/** Those of the repository's project, too. */
function searchHooks(
  context: DataCenterContext,
  c: Context<DcEnv>,
  scope: DcHookScope,
): Response | Promise<Response> {
  const project = findProject(context.world, c.req.param("project") ?? "");
  const around: DcHookScope = { kind: "project", projectId: project?.id ?? 0 };
  const wanted = c.req.query("scopeType")?.toLowerCase();
  return hookPage(
    context,
    c,
    (hook) =>
      (isOf(scope, hook) || isOf(around, hook)) && (wanted === undefined || hook.scope.kind === wanted),
  );
}

function hookPage(
  context: DataCenterContext,
  c: Context<DcEnv>,
  isShown: (hook: DcHook) => boolean,
): Response | Promise<Response> {
  const { world, rules } = context;
  const wanted = c.req.queries("event") ?? [];
  const hooks = world.hookState.hooks
    .filter(isShown)
    .filter(({ events }) => wanted.length === 0 || wanted.some((event) => events.includes(event)));
  const render = (hook: DcHook) => dcHookObject(context, hook, wantsStatistics(c));
  return listPage(c, hooks, { rules, most: rules.maxItems, render });
}

/** What JSON says; undefined where it is broken, 415 where the body is said to be something else. */
async function bodyOf(c: Context<DcEnv>): Promise<unknown> {
  if (!isJson(c)) return unsupportedMediaType();
  return c.req.json().catch(() => undefined);
}

async function createHook(
  context: DataCenterContext,
  c: Context<DcEnv>,
  scope: DcHookScope,
): Promise<Response> {
  const body = await bodyOf(c);
  if (body instanceof Response) return body;
  const fields = readDcHook(context, scope.kind, body);
  if (fields instanceof Response) return fields;
  const { hookState } = context.world;
  const now = context.clock.now();
  hookState.lastHookId += 1;
  const blank = { id: hookState.lastHookId, scope, secret: null, credentials: null, createdDate: now };
  const hook = withFields(blank, fields, now);
  hookState.hooks.push(hook);
  return json(dcHookObject(context, hook), context.rules.hookCreateStatus);
}

async function changeHook(context: DataCenterContext, c: Context<DcEnv>, hook: DcHook): Promise<Response> {
  const body = await bodyOf(c);
  if (body instanceof Response) return body;
  const fields = readDcHook(context, hook.scope.kind, body);
  if (fields instanceof Response) return fields;
  const changed = withFields(hook, fields, context.clock.now());
  const { hooks } = context.world.hookState;
  const at = hooks.indexOf(hook);
  if (at < 0) return noSuchWebhook(String(hook.id));
  hooks[at] = changed;
  return json(dcHookObject(context, changed));
}

/** A body replaces everything but the secrets it does not speak of. */
function withFields(
  hook: Pick<DcHook, "id" | "scope" | "secret" | "credentials" | "createdDate">,
  { secret, credentials, ...fields }: DcHookFields,
  updatedDate: Date,
): DcHook {
  return {
    ...hook,
    ...fields,
    secret: secret === undefined ? hook.secret : secret,
    credentials: credentials === undefined ? hook.credentials : credentials,
    updatedDate,
  };
}

/** Pings an address, with the secret and the credentials of a hook where one is named. */
async function testHook(
  context: DataCenterContext,
  c: Context<DcEnv>,
  scope: DcHookScope,
): Promise<Response> {
  const asked = c.req.query("url") ?? "";
  const id = c.req.query("webhookId");
  const known = context.world.hookState.hooks.find((one) => isOf(scope, one) && String(one.id) === id);
  if (id !== undefined && known === undefined) return noSuchWebhook(id);
  const url = asked === "" ? (known?.url ?? "") : asked;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return badParameter("url", "The url must be a valid http or https URL.");
  const verifies = c.req.query("sslVerificationRequired")?.toLowerCase() !== "false";
  const hook = { ...(known ?? stranger(scope, context.clock.now())), url, sslVerificationRequired: verifies };
  const telling = { event: "diagnostics:ping", body: '{"test": true}' };
  const { onAttempt: _, ...delivery } = deliveryOf(context, hook, telling);
  const attempted = await context.deliveries.sendOnce(delivery);
  return json(requestResponse({ ...attempted, ...telling, url, id: 0, hookId: hook.id }));
}

/** Stands for a hook that is not made yet. */
function stranger(scope: DcHookScope, now: Date): DcHook {
  return {
    id: 0,
    scope,
    name: "",
    url: "",
    active: true,
    events: [],
    configuration: {},
    secret: null,
    credentials: null,
    sslVerificationRequired: true,
    createdDate: now,
    updatedDate: now,
  };
}

function invocationsOf(
  { world }: DataCenterContext,
  { id }: DcHook,
  event: string | undefined,
): readonly DcInvocation[] {
  return world.hookState.invocations.filter(
    (one) => one.hookId === id && (event === undefined || one.event === event),
  );
}

function latest(context: DataCenterContext, c: Context<DcEnv>, hook: DcHook): Response {
  const outcomes = (c.req.queries("outcome") ?? []).map((name) => name.toUpperCase());
  const found = invocationsOf(context, hook, c.req.query("event"))
    .filter((one) => outcomes.length === 0 || outcomes.includes(outcomeOf(one)))
    .at(-1);
  return found === undefined ? new Response(null, { status: 204 }) : json(invocationObject(found));
}

/** By event. */
function summary(context: DataCenterContext, hook: DcHook): Response {
  const all = invocationsOf(context, hook, undefined);
  if (all.length === 0) return new Response(null, { status: 204 });
  const events = [...new Set(all.map(({ event }) => event))];
  return json(
    Object.fromEntries(
      events.map((event) => [event, historyObject(all.filter((one) => one.event === event))]),
    ),
  );
}
