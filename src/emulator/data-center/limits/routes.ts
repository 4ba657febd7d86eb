/** Owns the administration of the rate limit by REST: the instance's settings, those of people, and who was refused. */
import { type Context, Hono } from "hono";
import { mayAdminister } from "../access.ts";
import { dcError, json } from "../answers.ts";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import { badParameter, noSuchUser, notPermitted } from "../errors.ts";
import { jsonObject } from "../json-body.ts";
import { listPage } from "../paging.ts";
import { globalRank } from "../permissions/global-ranks.ts";
import { personObject } from "../shapes.ts";
import { type DcPerson, personById, personByName, personBySlug } from "../world.ts";
import { instanceChange, userChange } from "./settings.ts";
import type { UserLimit } from "./state.ts";

const settings = "/admin/rate-limit/settings";

/** Mounted under `/rest/api/{latest|1.0}`; Server has none of it. @see Bitbucket REST API, "System Maintenance" */
export function rateLimitRoutes(context: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  if (context.product === "server") return app;
  app.get(settings, (c) =>
    c.get("caller").kind === "anonymous" ? notPermitted() : json(instanceSettings(context)),
  );
  app.put(settings, async (c) => {
    const body = mayAdminister(c.get("caller")) ? await jsonObject(c) : notPermitted();
    if (body instanceof Response) return body;
    const change = instanceChange(body);
    if (change instanceof Response) return change;
    Object.assign(context.world.rateLimit, change);
    return json(instanceSettings(context));
  });
  app.get(`${settings}/users`, (c) =>
    mayAdminister(c.get("caller")) ? listUsers(context, c) : notPermitted(),
  );
  app.post(`${settings}/users`, (c) => changeUsers(context, c));
  app.get(`${settings}/users/:slug`, (c) => oneUser(context, c));
  app.put(`${settings}/users/:slug`, (c) => changeUser(context, c));
  app.delete(`${settings}/users/:slug`, (c) => forgetUser(context, c));
  app.get("/admin/rate-limit/history", (c) =>
    mayAdminister(c.get("caller")) ? listRefused(context, c) : notPermitted(),
  );
  return app;
}

function instanceSettings({ world, rules }: DataCenterContext): object {
  const { enabled, defaults } = world.rateLimit;
  return { enabled: enabled ?? rules.limitsRequests, defaultSettings: defaults };
}

function limitObject(context: DataCenterContext, person: DcPerson, limit: UserLimit): object {
  const { settings: own, whitelisted } = limit;
  return { user: personObject(context, person), whitelisted, ...(own === null ? {} : { settings: own }) };
}

/** People of a map by id, by display name, as far as their names hold the filter. */
function entries<Value>(context: DataCenterContext, c: Context, map: ReadonlyMap<number, Value>) {
  const wanted = (c.req.query("filter") ?? "").trim().toLowerCase();
  return [...map]
    .flatMap(([id, value]) => {
      const person = personById(context.world, id);
      return person === undefined ? [] : [{ person, value }];
    })
    .filter(({ person }) => person.name.toLowerCase().includes(wanted))
    .toSorted((left, right) => (left.person.displayName < right.person.displayName ? -1 : 1));
}

function listUsers(context: DataCenterContext, c: Context): Promise<Response> {
  return listPage(c, entries(context, c, context.world.rateLimit.users), {
    rules: context.rules,
    most: context.rules.maxItems,
    render: ({ person, value }) => limitObject(context, person, value),
  });
}

function listRefused(context: DataCenterContext, c: Context): Promise<Response> {
  return listPage(c, entries(context, c, context.world.rateLimit.rejected), {
    rules: context.rules,
    most: context.rules.maxItems,
    render: ({ person, value: { count, last } }) => ({
      user: personObject(context, person),
      rejectCount: count,
      lastRejectTime: last.getTime(),
    }),
  });
}

async function changeUsers(context: DataCenterContext, c: Context<DcEnv>): Promise<Response> {
  const body = mayAdminister(c.get("caller")) ? await jsonObject(c) : notPermitted();
  if (body instanceof Response) return body;
  const { usernames } = body;
  const names = Array.isArray(usernames) ? usernames.map(String) : [];
  if (names.length === 0) return badParameter("usernames", "No users are provided in the request.");
  const people = names.flatMap((name) => personByName(context.world, name) ?? []);
  if (people.length < names.length) return badParameter("usernames", "One or more of the users are invalid.");
  const limit = userChange(body);
  if (limit instanceof Response) return limit;
  for (const { id } of people) context.world.rateLimit.users.set(id, limit);
  const changed = people.map((person) => limitObject(context, person, limit));
  return json(context.rules.manyLimitsAnswer === "list" ? changed : changed[0]);
}

/** Everybody may see their own; an administrator nobody's who is above them. */
function oneUser(context: DataCenterContext, c: Context<DcEnv>): Response {
  const caller = c.get("caller");
  const slug = c.req.param("slug") ?? "";
  const person = personBySlug(context.world, slug);
  const isOwn = caller.kind === "person" && caller.person.id === person?.id;
  if (!isOwn && !mayAdminister(caller)) return notPermitted();
  if (person === undefined) return noSuchUser(slug);
  if (!isOwn && isAbove(person, caller)) return notPermitted();
  const limit = context.world.rateLimit.users.get(person.id);
  return limit === undefined ? noLimit(slug) : json(limitObject(context, person, limit));
}

function isAbove(person: DcPerson, caller: DcEnv["Variables"]["caller"]): boolean {
  const own = caller.kind === "person" ? globalRank(caller.person.globalPermission) : -1;
  return globalRank(person.globalPermission) > own;
}

async function changeUser(context: DataCenterContext, c: Context<DcEnv>): Promise<Response> {
  const body = mayAdminister(c.get("caller")) ? await jsonObject(c) : notPermitted();
  if (body instanceof Response) return body;
  const slug = c.req.param("slug") ?? "";
  const person = personBySlug(context.world, slug);
  if (person === undefined) return noSuchUser(slug);
  const limit = userChange(body);
  if (limit instanceof Response) return limit;
  context.world.rateLimit.users.set(person.id, limit);
  return json(limitObject(context, person, limit));
}

function forgetUser(context: DataCenterContext, c: Context<DcEnv>): Response {
  if (!mayAdminister(c.get("caller"))) return notPermitted();
  const slug = c.req.param("slug") ?? "";
  const person = personBySlug(context.world, slug);
  if (person === undefined) return noSuchUser(slug);
  const had = context.world.rateLimit.users.delete(person.id);
  return had ? new Response(null, { status: 204 }) : noLimit(slug);
}

function noLimit(slug: string): Response {
  return dcError(404, "NoSuchEntityException", `User ${slug} has no rate limit settings.`);
}
