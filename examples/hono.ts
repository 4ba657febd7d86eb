/** "Sign in with Bitbucket" in Hono: routes of one's own first, everything else is Windlass's. */
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { html } from "hono/html";
import { createWindlass } from "windlass";
import { honoWindlass } from "windlass/hono";

const {
  PORT = "8000",
  CLIENT_ID = "",
  CLIENT_SECRET = "",
  DATABASE = "app.db",
  BITBUCKET_URLS,
} = process.env;
const windlass = await createWindlass({
  baseUrl: `http://localhost:${PORT}`,
  database: DATABASE,
  instances: {
    bitbucket: {
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      // Of a local Bitbucket; without them it is Bitbucket Cloud.
      ...(BITBUCKET_URLS && { urls: JSON.parse(BITBUCKET_URLS) }),
    },
  },
});
await windlass.start();
const auth = honoWindlass(windlass);

const app = new Hono();
app.get("/hello", auth.requireSession(), (context) => {
  const { session, csrfToken } = context.var.windlass;
  return context.html(html`<!doctype html><title>Hello</title>
<p>Hello, ${session.user.displayName}.</p>
<form method="post" action="/auth/logout"><input type="hidden" name="csrf" value="${csrfToken}"><button>Sign out</button></form>`);
});
app.all("*", auth.handler);

const server = serve({ fetch: app.fetch, port: Number(PORT), hostname: "127.0.0.1" }, () =>
  console.log(`ready on http://localhost:${PORT}/hello`),
);
process.once("SIGTERM", () => server.close(() => windlass.close()));
