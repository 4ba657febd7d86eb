/** Owns the whole of the HTTP face: `Request` in, `Response` out, on any runtime. */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { App } from "../app/app.ts";
import type { Peer } from "./client.ts";
import { webErrors } from "./errors.ts";
import { answerFailure } from "./failure.ts";
import { safeHeaders } from "./headers.ts";
import { canonicalHost } from "./host.ts";
import { createLimits } from "./limits.ts";
import { onlyMethods, onlyWholePages } from "./methods.ts";
import { accountRoutes } from "./routes/account.ts";
import { analysisRoutes } from "./routes/analyses.ts";
import { apiRoutes } from "./routes/api.ts";
import { assetRoutes } from "./routes/assets.ts";
import { authRoutes } from "./routes/auth.ts";
import { connectRoutes } from "./routes/connect.ts";
import { credentialRoutes } from "./routes/credentials.ts";
import { guideRoutes } from "./routes/guides.ts";
import { healthRoutes } from "./routes/health.ts";
import { identityDocumentRoutes, identityTokenRoutes } from "./routes/identity.ts";
import { projectRoutes } from "./routes/projects.ts";
import { serverSetupRoutes } from "./routes/server-setup.ts";
import { sessionRoutes } from "./routes/sessions.ts";
import { tokenRoutes } from "./routes/tokens.ts";
import { createSessionCheck, type SessionCheck, sessionPath } from "./session-check.ts";
import { readVisitor, requireOwnForm, requireVisitor, type WebEnvironment } from "./visitor.ts";

export interface Web {
  /** `peer` is what Node's server hands along: without it, nobody is counted by address. */
  fetch(request: Request, peer?: Peer): Response | Promise<Response>;
  /** For a server that has the request before it is a `Request`: asked first, it spares the whole way. */
  readonly sessionCheck: SessionCheck;
  /** What is served: method (`ALL` where the handler judges it) and path, `:name` where one of many stands. */
  readonly routes: readonly Route[];
}

export interface Route {
  readonly method: string;
  readonly path: string;
}

/** More than the largest form: 200,000 characters of a stack trace, nine bytes each when a browser encodes the worst. */
const maxBodyBytes = 2 * 1024 * 1024;

/**
 * Puts the routes behind their guards. The order is the law: headers, host, method, whole pages, how often, size, session, origin, routes.
 * Before all of them come tokens for programs, which have a guard of their own and no time to lose.
 */
export function createWeb(app: App): Web {
  const web = new Hono<WebEnvironment>();
  const limits = createLimits(app);
  web.route("/", tokenRoutes(app, limits.keys));
  web.use(safeHeaders(app.furtherCallbacks));
  web.onError((error, context) => answerFailure(app, error, context));
  web.notFound((context) => answerFailure(app, webErrors.fail("web.not_found"), context));
  web.route("/", healthRoutes(app));
  web.use(canonicalHost(app.config.baseUrl), onlyMethods("GET", "HEAD", "POST"));
  web.route("/", assetRoutes());
  web.route("/", guideRoutes());
  web.route("/", identityDocumentRoutes(app));
  web.use("/auth/:instance/login", onlyWholePages, limits.start);
  for (const path of ["/auth/:instance/callback", ...app.furtherCallbacks.keys()])
    web.use(path, onlyWholePages, limits.callback);
  // Of other requests nobody reads a body.
  web.on(
    "POST",
    "*",
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: () => {
        throw webErrors.fail("web.too_large");
      },
    }),
  );
  web.use(readVisitor(app), requireOwnForm(app));
  web.route("/", authRoutes(app));
  web.route("/", identityTokenRoutes(app));
  web.use(requireVisitor);
  web.route("/", accountRoutes(app));
  web.route("/", projectRoutes(app));
  web.route("/", connectRoutes(app));
  web.route("/", credentialRoutes(app));
  web.route("/", serverSetupRoutes(app));
  web.route("/", analysisRoutes(app));
  web.route("/", sessionRoutes(app));
  web.route("/", apiRoutes(app));
  /** As they are on the answer to anybody. */
  const sessionHeaders = async () => {
    const { host } = new URL(app.config.baseUrl);
    const answer = await web.fetch(new Request(app.config.baseUrl + sessionPath, { headers: { host } }));
    return Object.fromEntries(answer.headers);
  };
  return {
    fetch: (request, peer) => web.fetch(request, peer),
    sessionCheck: createSessionCheck(app, sessionHeaders),
    routes: web.routes
      .filter(({ path }) => !path.includes("*"))
      .map(({ method, path }) => ({ method, path })),
  };
}
