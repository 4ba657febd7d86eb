/** Owns the global permissions of people: who has a licence, who may make projects, who administers. */
import { type Context, Hono } from "hono";
import { mayAdminister } from "../access.ts";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import { againstOneself, badParameter, noSuchUser, notPermitted } from "../errors.ts";
import { listPage } from "../paging.ts";
import { personObject } from "../shapes.ts";
import { type DcPerson, type GlobalPermission, personByName, replacePerson } from "../world.ts";
import { globalPermissions, globalRank } from "./global-ranks.ts";

const path = "/admin/permissions/users";

/** @see Bitbucket REST API, "Permission Management" */
export function globalPermissionRoutes(context: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  app.get(path, (c) => (mayAdminister(c.get("caller")) ? list(context, c) : notPermitted()));
  app.put(path, (c) => {
    const caller = c.get("caller");
    if (!mayAdminister(caller)) return notPermitted();
    const wanted = c.req.query("permission") ?? "";
    const permission = globalPermissions.find((one) => one === wanted);
    if (permission === undefined) return badParameter("permission", `${wanted} is not a global permission.`);
    if (globalRank(permission) > globalRank(caller.person.globalPermission)) return notPermitted();
    return change(context, c, caller.person, permission);
  });
  app.delete(path, (c) => {
    const caller = c.get("caller");
    return mayAdminister(caller) ? change(context, c, caller.person, null) : notPermitted();
  });
  return app;
}

function list(context: DataCenterContext, c: Context<DcEnv>): Promise<Response> {
  const { world, rules } = context;
  const wanted = (c.req.query("filter") ?? "").trim().toLowerCase();
  const people = world.people
    .filter(({ globalPermission, name }) => globalPermission !== null && name.toLowerCase().includes(wanted))
    .toSorted((left, right) => (left.displayName < right.displayName ? -1 : 1));
  return listPage(c, people, {
    rules,
    most: rules.maxItems,
    render: (person) => ({ user: personObject(context, person), permission: person.globalPermission }),
  });
}

/** Nobody takes from themselves, or from who has more than they. */
function change(
  { world }: DataCenterContext,
  c: Context<DcEnv>,
  self: DcPerson,
  permission: GlobalPermission | null,
): Response {
  const names = c.req.queries("name") ?? [];
  if (names.length === 0) return badParameter("name", "A name is required.");
  const people: DcPerson[] = [];
  for (const name of names) {
    const person = personByName(world, name);
    if (person === undefined) return noSuchUser(name);
    const own = globalRank(person.globalPermission);
    if (person.id === self.id && globalRank(permission) < own)
      return againstOneself(409, "You may not reduce your own global permission.");
    if (own > globalRank(self.globalPermission))
      return againstOneself(409, `${person.displayName} has a higher permission than you.`);
    people.push(person);
  }
  for (const person of people) replacePerson(world, person, { ...person, globalPermission: permission });
  return new Response(null, { status: 204 });
}
