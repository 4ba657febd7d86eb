/** Owns the names of groups. Who is in which is said by the seed. */
import { type Context, Hono } from "hono";
import { mayAdminister } from "../access.ts";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import { badParameter, notPermitted } from "../errors.ts";
import { listPage } from "../paging.ts";
import { personObject } from "../shapes.ts";
import { groupsOf } from "../world.ts";

/** `/groups` for everybody who is logged in, `/admin/groups` and its members beside them. */
export function groupRoutes(context: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  app.get("/groups", (c) =>
    c.get("caller").kind === "anonymous" ? notPermitted() : list(context, c, (name) => name),
  );
  app.get("/admin/groups", (c) =>
    mayList(c) ? list(context, c, (name) => ({ name, deletable: true })) : notPermitted(),
  );
  app.get("/admin/groups/more-members", (c) => (mayList(c) ? listMembers(context, c) : notPermitted()));
  return app;
}

/** A licence is enough, by anything but an HTTP access token. */
function mayList(c: Context<DcEnv>): boolean {
  const caller = c.get("caller");
  if (caller.kind !== "person" || caller.credential === "http-access-token") return false;
  return caller.scopes === null || mayAdminister(caller);
}

function list(
  { world, rules }: DataCenterContext,
  c: Context<DcEnv>,
  render: (name: string) => unknown,
): Promise<Response> {
  const wanted = (c.req.query("filter") ?? "").trim().toLowerCase();
  const names = groupsOf(world).filter((name) => name.toLowerCase().includes(wanted));
  return listPage(c, names, { rules, most: rules.maxItems, render });
}

function listMembers(context: DataCenterContext, c: Context<DcEnv>): Response | Promise<Response> {
  const { world, rules } = context;
  const group = c.req.query("context") ?? "";
  if (group === "") return badParameter("context", "The name of a group is required.");
  const members = world.people.filter(({ groups }) => groups.includes(group));
  return listPage(c, members, {
    rules,
    most: rules.maxItems,
    render: (person) => ({
      ...personObject(context, person),
      deletable: true,
      mutableDetails: true,
      mutableGroups: true,
    }),
  });
}
