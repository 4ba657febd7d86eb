/** Owns which resource of permissions is answered by whom: of projects, of repositories, of everything; and the names of groups. */
import { Hono } from "hono";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import { globalPermissionRoutes } from "./global.ts";
import { grantRoutes } from "./grants.ts";
import { groupRoutes } from "./groups.ts";
import { nobodysRoutes } from "./none.ts";
import { defaultPermissionRoutes } from "./project-default.ts";

/** Mounted under `/rest/api/{latest|1.0}`. */
export function permissionRoutes(context: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  for (const routes of [
    nobodysRoutes,
    grantRoutes,
    defaultPermissionRoutes,
    globalPermissionRoutes,
    groupRoutes,
  ])
    app.route("/", routes(context));
  return app;
}
