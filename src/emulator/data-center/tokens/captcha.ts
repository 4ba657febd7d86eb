/** Owns how an administrator lets somebody in again whose logins failed too often. */
import { Hono } from "hono";
import { mayAdminister } from "../access.ts";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import { againstOneself, badParameter, noSuchUser, notPermitted } from "../errors.ts";
import { globalRank } from "../permissions/global-ranks.ts";
import { personByName } from "../world.ts";
import { forgetFailures } from "./password.ts";

/** `DELETE /rest/api/{latest|1.0}/admin/users/captcha?name=`: 204. */
export function captchaRoutes(context: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  app.delete("/rest/api/:version{latest|1\\.0}/admin/users/captcha", (c) => {
    const caller = c.get("caller");
    if (!mayAdminister(caller)) return notPermitted();
    const name = c.req.query("name") ?? "";
    if (name === "") return badParameter("name", "A name is required.");
    const person = personByName(context.world, name);
    if (person === undefined) return noSuchUser(name);
    if (globalRank(person.globalPermission) > globalRank(caller.person.globalPermission))
      return againstOneself(403, `${person.displayName} has a higher permission than you.`);
    forgetFailures(context, person);
    return new Response(null, { status: 204 });
  });
  return app;
}
