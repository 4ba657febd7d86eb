/** Owns identity tokens over HTTP: one for whoever is signed in, the keys that verify it, and what it stands for now. */
import { Hono } from "hono";
import type { App } from "../../app/app.ts";
import { isWindlassError } from "../../base/errors.ts";
import { webErrors } from "../errors.ts";
import type { WebContext, WebEnvironment } from "../visitor.ts";

type Desk = NonNullable<App["identity"]>;

/** For other services, which have no session: before anything looks for one. Off, there is nothing at these addresses. */
export function identityDocumentRoutes(app: App): Hono<WebEnvironment> {
  return new Hono<WebEnvironment>()
    .get("/.well-known/jwks.json", async (context) => {
      const desk = deskOf(app);
      context.header("Cache-Control", `public, max-age=${desk.keySetSeconds}`);
      return context.json(await desk.keySet(), 200, { "Content-Type": "application/jwk-set+json" });
    })
    .get("/.well-known/openid-configuration", (context) => {
      const desk = deskOf(app);
      context.header("Cache-Control", `public, max-age=${desk.keySetSeconds}`);
      return context.json(desk.discovery);
    })
    .get("/v1/userinfo", (context) => sayWhoTheyAre(deskOf(app), context));
}

export function identityTokenRoutes(app: App): Hono<WebEnvironment> {
  return new Hono<WebEnvironment>().post("/auth/identity-token", async (context) => {
    const desk = deskOf(app);
    const visitor = context.get("visitor");
    if (visitor === null) throw webErrors.fail("web.signed_out");
    const { token, expiresAt, subject, ownership } = await desk.issue(visitor.session);
    return context.json({
      token,
      expiresAt: expiresAt.toISOString(),
      identity: { userEntityRef: subject, ownershipEntityRefs: ownership },
    });
  });
}

function deskOf({ identity }: App): Desk {
  if (identity === null) throw webErrors.fail("web.not_found");
  return identity;
}

/** @see RFC 6750 section 3 */
async function sayWhoTheyAre(desk: Desk, context: WebContext): Promise<Response> {
  const [, token] = /^Bearer +([^\s]+) *$/i.exec(context.req.header("authorization") ?? "") ?? [];
  if (token === undefined) {
    context.header("WWW-Authenticate", 'Bearer realm="windlass"');
    throw webErrors.fail("web.signed_out");
  }
  try {
    return context.json(await desk.userInfo(token));
  } catch (error) {
    if (isWindlassError(error, "identity.token_refused"))
      context.header("WWW-Authenticate", 'Bearer realm="windlass", error="invalid_token"');
    throw error;
  }
}
