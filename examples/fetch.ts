/** "Sign in with Bitbucket" wherever a server is a function of a `Request`: Bun, Deno, or Node with any server around it. */
import { serve } from "@hono/node-server"; // Bun.serve or Deno.serve in theirs
import { createWindlass, type SignedIn } from "windlass";

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

/** What a person is called may hold anything. */
const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const page = ({ session, csrfToken }: SignedIn) => `<!doctype html><title>Hello</title>
<p>Hello, ${escaped(session.user.displayName)}.</p>
<form method="post" action="/auth/logout"><input type="hidden" name="csrf" value="${csrfToken}"><button>Sign out</button></form>`;

async function answer(request: Request): Promise<Response> {
  if (new URL(request.url).pathname !== "/hello") return windlass.handler(request);
  const who = await windlass.guard(request);
  return "session" in who ? new Response(page(who), { headers: { "content-type": "text/html" } }) : who;
}

const server = serve({ fetch: answer, port: Number(PORT), hostname: "127.0.0.1" }, () =>
  console.log(`ready on http://localhost:${PORT}/hello`),
);
process.once("SIGTERM", () => server.close(() => windlass.close()));
