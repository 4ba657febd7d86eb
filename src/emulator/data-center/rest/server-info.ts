/** Owns what anybody may ask: the version, the capabilities, and who they are. */
import { Hono } from "hono";
import { json, plainText } from "../answers.ts";
import type { DcEnv } from "../caller.ts";
import { callersUser } from "../callers-user.ts";
import type { DataCenterContext } from "../context.ts";

/** Of 8.15.0, whose real one is known; the others keep it, so that no answer depends on when the emulator was built. */
const buildDate = "1697764661289";

/** `9.4.2` → `9004002`, as Atlassian numbers its builds. */
export function buildNumber(version: string): string {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  return String(major * 1_000_000 + minor * 1000 + patch);
}

export function applicationProperties({ version }: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  app.get("/application-properties", () =>
    json({ version, buildNumber: buildNumber(version), buildDate, displayName: "Bitbucket" }),
  );
  return app;
}

/** Outside `/rest/api`: where Jenkins looks, and where most others look for who is signed in. */
export function serverInfoRoutes(context: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  const self = `${context.baseUrl}/rest/capabilities`;
  app.get("/rest/capabilities", () =>
    json({
      links: { self },
      application: "stash",
      buildNumber: buildNumber(context.version),
      capabilities: { webhooks: `${context.baseUrl}/rest/webhooks/latest/capabilities` },
    }),
  );
  app.get("/plugins/servlet/applinks/whoami", (c) =>
    plainText(callersUser(context, c.get("caller"))?.name ?? ""),
  );
  return app;
}
