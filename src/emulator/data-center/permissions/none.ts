/** Owns who has no permission yet: the people with a licence and the groups that a project, a repository or nothing names. */
import { type Context, Hono } from "hono";
import { mayAdminister } from "../access.ts";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import { notPermitted } from "../errors.ts";
import { listPage } from "../paging.ts";
import { personObject } from "../shapes.ts";
import { type DcPerson, groupsOf, mayLogIn } from "../world.ts";
import { administeredPlace } from "./place.ts";

const places = ["/projects/:project", "/projects/:project/repos/:repository"];

/** `permissions/users/none` and `permissions/groups/none`. @see Bitbucket REST API, "Permission Management" */
export function nobodysRoutes(context: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  for (const place of places) {
    app.get(`${place}/permissions/users/none`, (c) => {
      const found = administeredPlace(context, c);
      if (found instanceof Response) return found;
      return listPeople(context, c, (person) => mayLogIn(person) && !found.people.has(person.id));
    });
    app.get(`${place}/permissions/groups/none`, (c) => {
      const found = administeredPlace(context, c);
      if (found instanceof Response) return found;
      return listGroups(context, c, (name) => !found.groups.has(name));
    });
  }
  app.get("/admin/permissions/users/none", (c) =>
    mayAdminister(c.get("caller"))
      ? listPeople(context, c, ({ globalPermission }) => globalPermission === null)
      : notPermitted(),
  );
  return app;
}

function wantedIn(c: Context): string {
  return (c.req.query("filter") ?? "").trim().toLowerCase();
}

function listPeople(
  context: DataCenterContext,
  c: Context,
  isWanted: (person: DcPerson) => boolean,
): Promise<Response> {
  const { world, rules } = context;
  const words = wantedIn(c);
  const people = world.people
    .filter((person) => isWanted(person) && person.name.toLowerCase().includes(words))
    .toSorted((left, right) => (left.displayName < right.displayName ? -1 : 1));
  return listPage(c, people, {
    rules,
    most: rules.maxItems,
    render: (person) => personObject(context, person),
  });
}

function listGroups(
  { world, rules }: DataCenterContext,
  c: Context,
  isWanted: (name: string) => boolean,
): Promise<Response> {
  const words = wantedIn(c);
  const names = groupsOf(world).filter((name) => isWanted(name) && name.toLowerCase().includes(words));
  return listPage(c, names, { rules, most: rules.maxItems, render: (name) => ({ name }) });
}
