/** Owns a peer: better-auth with its generic OAuth as documented, users, flows and sessions in a file by node:sqlite. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { getRequestListener } from "@hono/node-server";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { genericOAuth } from "better-auth/plugins";
import { mainClient } from "../../tests/attacks/place.ts";
import { tellBench } from "../served/tell.ts";
import { type AttackedServer, addresses, blankPage, secret, serveHere } from "./told.ts";

interface Person {
  readonly uuid: string;
  readonly display_name: string;
}
interface Emails {
  readonly values?: readonly {
    readonly email: string;
    readonly is_primary: boolean;
    readonly is_confirmed: boolean;
  }[];
}

/** Nothing but what is needed: a person of Bitbucket comes without an address, which it insists on. */
const bitbucket = {
  providerId: "bitbucket",
  clientId: mainClient.id,
  clientSecret: mainClient.secret,
  authorizationUrl: addresses.authorize,
  tokenUrl: addresses.token,
  scopes: ["account", "email"],
  async getUserInfo({ accessToken }: { accessToken?: string | undefined }) {
    const get = async (url: string) =>
      (await fetch(url, { headers: { authorization: `Bearer ${accessToken}` } })).json();
    const [user, { values = [] }] = (await Promise.all([get(addresses.user), get(addresses.emails)])) as [
      Person,
      Emails,
    ]; // as Bitbucket documents them
    const own = values.find(({ is_primary }) => is_primary);
    const { uuid: id, display_name: name } = user;
    return { id, name, email: own?.email ?? "", emailVerified: own?.is_confirmed === true };
  },
};

const folder = mkdtempSync(join(tmpdir(), "windlass-bench-"));

const origin = await serveHere(async (own) => {
  const options: BetterAuthOptions = {
    baseURL: own,
    secret,
    database: new DatabaseSync(join(folder, "better-auth.db")),
    telemetry: { enabled: false },
    // Everybody comes from one machine here.
    rateLimit: { enabled: false },
    logger: { disabled: true },
    // As behind https.
    advanced: { useSecureCookies: true },
    plugins: [genericOAuth({ config: [bitbucket] })],
  };
  await (await getMigrations(options)).runMigrations();
  const { handler } = betterAuth(options);
  const answer = (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/login")
      return begin(handler, own, { request, returnTo: searchParams.get("returnTo") });
    return pathname.startsWith("/api/auth/") ? handler(request) : blankPage();
  };
  return getRequestListener(answer, { overrideGlobalObjects: false });
});

interface Beginning {
  readonly request: Request;
  readonly returnTo: string | null;
}

/** As its client begins in a page: a POST from the same origin, whose answer says where to go. */
async function begin(
  handler: (request: Request) => Promise<Response>,
  own: string,
  { request, returnTo }: Beginning,
): Promise<Response> {
  const answer = await handler(
    new Request(`${own}/api/auth/sign-in/social`, {
      method: "POST",
      headers: {
        origin: own,
        "content-type": "application/json",
        cookie: request.headers.get("cookie") ?? "",
      },
      body: JSON.stringify({ provider: "bitbucket", callbackURL: returnTo ?? "/" }),
    }),
  );
  if (!answer.ok) return answer;
  const { url = "" } = (await answer.json()) as { url?: string }; // documented
  const headers = new Headers({ location: url });
  for (const line of answer.headers.getSetCookie()) headers.append("set-cookie", line);
  return new Response(null, { status: 302, headers });
}

tellBench(
  {
    origin,
    login: "/login",
    callback: "/api/auth/callback/bitbucket",
    session: "/api/auth/get-session",
  } satisfies AttackedServer,
  async () => rmSync(folder, { recursive: true, force: true }),
);
