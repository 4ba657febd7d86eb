/** Owns the permissions of people and groups in a project or a repository: list, grant, take away. They count at once. */
import { type Context, Hono } from "hono";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import { againstOneself, badParameter, noSuchGroup, noSuchUser } from "../errors.ts";
import { listPage } from "../paging.ts";
import { personObject } from "../shapes.ts";
import { type DcPerson, groupsOf, personById, personByName } from "../world.ts";
import { administeredPlace, type Place } from "./place.ts";

const places = ["/projects/:project", "/projects/:project/repos/:repository"];

/** @see Bitbucket REST API, "Permission Management" and "Project" */
export function grantRoutes(context: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  type Handle = (context: DataCenterContext, c: Context<DcEnv>, place: Place) => Response | Promise<Response>;
  const at = (method: "get" | "put" | "delete", path: string, handle: Handle) => {
    for (const place of places)
      app[method](`${place}/permissions${path}`, (c) => {
        const found = administeredPlace(context, c);
        return found instanceof Response ? found : handle(context, c, found);
      });
  };
  at("get", "/users", listPeople);
  at("put", "/users", grantPeople);
  at("delete", "/users", (_, c, place) => revoke(context, c, place, { user: "name" }));
  at("get", "/groups", listGroups);
  at("put", "/groups", grantGroups);
  at("delete", "/groups", (_, c, place) => revoke(context, c, place, { group: "name" }));
  at("delete", "", (_, c, place) => revoke(context, c, place, { user: "user", group: "group" }));
  return app;
}

function listPeople(context: DataCenterContext, c: Context<DcEnv>, place: Place): Promise<Response> {
  const { rules, world } = context;
  const wanted = filterOf(c);
  const granted = [...place.people]
    .flatMap(([id, permission]) => {
      const user = personById(world, id);
      return user === undefined || !user.name.toLowerCase().includes(wanted) ? [] : [{ user, permission }];
    })
    .toSorted((left, right) => (left.user.displayName < right.user.displayName ? -1 : 1));
  return listPage(c, granted, {
    rules,
    most: rules.maxItems,
    render: ({ user, permission }) => ({ user: personObject(context, user), permission }),
  });
}

function listGroups({ rules }: DataCenterContext, c: Context<DcEnv>, place: Place): Promise<Response> {
  const wanted = filterOf(c);
  const granted = [...place.groups]
    .filter(([name]) => name.toLowerCase().includes(wanted))
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
  return listPage(c, granted, {
    rules,
    most: rules.maxItems,
    render: ([name, permission]) => ({ group: { name }, permission }),
  });
}

function filterOf(c: Context): string {
  return (c.req.query("filter") ?? "").trim().toLowerCase();
}

function grantPeople(context: DataCenterContext, c: Context<DcEnv>, place: Place): Response {
  const permission = permissionOf(c, place);
  if (permission instanceof Response) return permission;
  const people = namedPeople(context, c.req.queries("name") ?? []);
  if (people instanceof Response) return people;
  if (people.length === 0) return badParameter("name", "At least one name is required.");
  return unlessOwnLoss(c, place, 403, () => {
    for (const { id } of people) place.setPerson(id, permission);
  });
}

function grantGroups({ world }: DataCenterContext, c: Context<DcEnv>, place: Place): Response {
  const permission = permissionOf(c, place);
  if (permission instanceof Response) return permission;
  const names = c.req.queries("name") ?? [];
  if (names.length === 0) return badParameter("name", "At least one name is required.");
  const unknown = names.find((name) => !groupsOf(world).includes(name));
  if (unknown !== undefined) return noSuchGroup(unknown);
  return unlessOwnLoss(c, place, 403, () => {
    for (const name of names) place.setGroup(name, permission);
  });
}

function permissionOf(c: Context, place: Place): string | Response {
  const permission = c.req.query("permission") ?? "";
  return place.knows(permission)
    ? permission
    : badParameter("permission", `${permission} is not a permission of a ${place.kind}.`);
}

/** Which query parameters name people, and which groups. */
interface Named {
  readonly user?: string;
  readonly group?: string;
}

function revoke(context: DataCenterContext, c: Context<DcEnv>, place: Place, named: Named): Response {
  const names = (parameter: string | undefined) =>
    parameter === undefined ? [] : (c.req.queries(parameter) ?? []);
  const groups = names(named.group);
  const people = namedPeople(context, names(named.user));
  if (people instanceof Response) return people;
  if (people.length + groups.length === 0)
    return badParameter(named.user ?? named.group ?? "", "No users or groups were provided.");
  const unknown = groups.find((name) => !groupsOf(context.world).includes(name));
  if (unknown !== undefined) return noSuchGroup(unknown);
  return unlessOwnLoss(c, place, 409, () => {
    for (const { id } of people) place.setPerson(id, null);
    for (const name of groups) place.setGroup(name, null);
  });
}

function namedPeople({ world }: DataCenterContext, names: readonly string[]): readonly DcPerson[] | Response {
  const people: DcPerson[] = [];
  for (const name of names) {
    const person = personByName(world, name);
    if (person === undefined) return noSuchUser(name);
    people.push(person);
  }
  return people;
}

/** Does it, unless the person who asks would have less afterwards: then all is as it was. */
function unlessOwnLoss(c: Context<DcEnv>, place: Place, status: 403 | 409, change: () => void): Response {
  const caller = c.get("caller");
  const self = caller.kind === "person" ? caller.person : null;
  const before = { people: new Map(place.people), groups: new Map(place.groups) };
  const level = self === null ? 0 : place.levelOf(self);
  change();
  if (self === null || place.levelOf(self) >= level) return new Response(null, { status: 204 });
  restore(place, before);
  return againstOneself(status, `You may not reduce your own permission in this ${place.kind}.`);
}

function restore(place: Place, before: Pick<Place, "people" | "groups">): void {
  for (const id of [...place.people.keys()]) place.setPerson(id, before.people.get(id) ?? null);
  for (const [id, permission] of before.people) place.setPerson(id, permission);
  for (const name of [...place.groups.keys()]) place.setGroup(name, before.groups.get(name) ?? null);
  for (const [name, permission] of before.groups) place.setGroup(name, permission);
}
