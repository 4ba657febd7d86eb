/** Owns how an administrator lets somebody in again whose logins failed too often. */
import { Hono } from "hono";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import { noSuchUser, notPermitted } from "../errors.ts";
import { personByName } from "../world.ts";
import { forgetFailures } from "./password.ts";

/** `DELETE /rest/api/{latest|1.0}/admin/users/captcha?name=`: 204. */
export function captchaRoutes(context: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  app.delete("/rest/api/:version{latest|1\\.0}/admin/users/captcha", (c) => {
    const caller = c.get("caller");
    // Administrative resources refuse HTTP access tokens.
    if (caller.kind !== "person" || caller.credential === "http-access-token") return notPermitted();
    if (caller.person.globalPermission === "LICENSED_USER") return notPermitted();
    if (caller.scopes !== null && !caller.scopes.has("ADMIN_WRITE")) return notPermitted();
    const name = c.req.query("name") ?? "";
    const person = personByName(context.world, name);
    if (person === undefined) return noSuchUser(name);
    forgetFailures(context, person);
    return new Response(null, { status: 204 });
  });
  return app;
}
