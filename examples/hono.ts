/** "Sign in with Bitbucket" in a Hono app: own pages first, everything else is Windlass's. Run it beside `windlass emulate`. */
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { html } from "hono/html";
import { createWindlass } from "../src/library/index.ts"; // in an app of your own: from "windlass"

const { PORT = "8000", KEY = "", SECRET = "", BITBUCKET, API, DATABASE = "app.db" } = process.env;
const urls = BITBUCKET && {
  authorize: `${BITBUCKET}/site/oauth2/authorize`,
  token: `${BITBUCKET}/site/oauth2/access_token`,
  api: `${API}/2.0`,
  web: BITBUCKET,
};
const windlass = await createWindlass({
  baseUrl: `http://localhost:${PORT}`,
  database: DATABASE,
  instances: { bitbucket: { clientId: KEY, clientSecret: SECRET, ...(urls && { urls }) } },
});

const app = new Hono();
app.get("/hello", async (context) => {
  const session = await windlass.session(context.req.raw);
  if (session === null) return context.redirect(windlass.signInUrl("/hello"));
  const csrf = await windlass.csrfToken(context.req.raw);
  return context.html(html`<p>Hello, ${session.user.displayName}.</p>
<form method="post" action="/auth/logout"><input type="hidden" name="csrf" value="${csrf}"><button>Sign out</button></form>`);
});
app.all("*", (context) => windlass.handler(context.req.raw));

await windlass.start();
const server = serve({ fetch: app.fetch, port: Number(PORT), hostname: "127.0.0.1" }, () =>
  console.log(`ready on http://localhost:${PORT}/hello`),
);
process.once("SIGTERM", () => server.close(() => windlass.close()));
