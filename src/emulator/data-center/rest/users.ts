/** Owns `/users` and `/users/{slug}`: signed-in callers only, by slug and never by name. */
import { type Context, Hono } from "hono";
import { json } from "../answers.ts";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import { noSuchUser, notPermitted } from "../errors.ts";
import { listPage } from "../paging.ts";
import { avatarSizeOf, personObject } from "../shapes.ts";
import { type DcPerson, personBySlug } from "../world.ts";
import { type PersonFilter, permissionFilters } from "./user-filters.ts";

export function userRoutes(context: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  app.get("/users", (c) => {
    if (c.get("caller").kind === "anonymous") return notPermitted();
    const filters = permissionFilters(context, c);
    if (filters instanceof Response) return filters;
    const size = avatarSizeOf(c.req.query("avatarSize"));
    return listPage(c, matching(context, c, filters), {
      rules: context.rules,
      most: context.rules.maxItems,
      render: (person) => personObject(context, person, size),
    });
  });
  app.get("/users/:slug", (c) => {
    if (c.get("caller").kind === "anonymous") return notPermitted();
    const slug = c.req.param("slug");
    const person = personBySlug(context.world, slug);
    if (person === undefined) return noSuchUser(slug);
    return json(personObject(context, person, avatarSizeOf(c.req.query("avatarSize"))));
  });
  return app;
}

/** Whose name, display name or e-mail holds the words, by display name: the nearest need not come first. */
function matching(
  { world, rules }: DataCenterContext,
  c: Context,
  filters: readonly PersonFilter[],
): readonly DcPerson[] {
  const wanted = (c.req.query("filter") ?? "").trim().toLowerCase();
  const group = c.req.query("group");
  return world.people
    .filter(({ active }) => active || rules.listsInactive)
    .filter(({ type }) => type === "NORMAL" || rules.listsServices)
    .filter(({ groups }) => group === undefined || groups.includes(group))
    .filter((person) => filters.every((fits) => fits(person)))
    .filter(({ name, displayName, emailAddress }) =>
      [name, displayName, emailAddress ?? ""].some((text) => text.toLowerCase().includes(wanted)),
    )
    .toSorted((left, right) => (left.displayName < right.displayName ? -1 : 1));
}
