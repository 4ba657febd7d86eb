/** "Sign in with Bitbucket" in Fastify: routes of one's own first, everything else is Windlass's. */
import fastify from "fastify";
import { createWindlass, type SignedIn } from "windlass";
import { fastifyWindlass } from "windlass/fastify";

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
const auth = fastifyWindlass(windlass);

/** What a person is called may hold anything. */
const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const page = ({ session, csrfToken }: SignedIn) => `<!doctype html><title>Hello</title>
<p>Hello, ${escaped(session.user.displayName)}.</p>
<form method="post" action="/auth/logout"><input type="hidden" name="csrf" value="${csrfToken}"><button>Sign out</button></form>`;

const app = fastify();
app.get("/hello", { preHandler: auth.requireSession() }, (request, reply) => {
  reply.type("text/html").send(page(request.windlass));
});
await app.register(auth.plugin);
app.addHook("onClose", () => windlass.close());

await app.listen({ port: Number(PORT), host: "127.0.0.1" });
console.log(`ready on http://localhost:${PORT}/hello`);
process.once("SIGTERM", () => app.close());
