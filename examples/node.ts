/** "Sign in with Bitbucket" in a server of Node's own: paths of one's own first, everything else is Windlass's. */
import { createServer } from "node:http";
import { createWindlass, type SignedIn } from "windlass";
import { nodeWindlass } from "windlass/node";

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
const auth = nodeWindlass(windlass);
const requireSession = auth.requireSession();

/** What a person is called may hold anything. */
const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const page = ({ session, csrfToken }: SignedIn) => `<!doctype html><title>Hello</title>
<p>Hello, ${escaped(session.user.displayName)}.</p>
<form method="post" action="/auth/logout"><input type="hidden" name="csrf" value="${csrfToken}"><button>Sign out</button></form>`;

const server = createServer(async (request, response) => {
  if (request.url !== "/hello") return auth.listener(request, response);
  const who = await requireSession(request, response);
  if (who === null) return; // and has been answered: sent to sign in
  response.writeHead(200, { "content-type": "text/html" }).end(page(who));
});
server.listen(Number(PORT), "127.0.0.1", () => console.log(`ready on http://localhost:${PORT}/hello`));
process.once("SIGTERM", () => server.close(() => windlass.close()));
