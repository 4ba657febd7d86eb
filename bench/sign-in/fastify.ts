/** Owns a peer: @fastify/oauth2 with @fastify/session, sessions in memory; the profile by undici. */
import cookie from "@fastify/cookie";
import oauthPlugin, { type OAuth2Namespace } from "@fastify/oauth2";
import session from "@fastify/session";
import fastify from "fastify";
import { request as ask } from "undici";
import { tellBench } from "../served/tell.ts";
import { addresses, consumer, type EmailPage, primaryOf, secret, upstream } from "./told.ts";

interface Person {
  readonly id: string;
  readonly displayName: string;
  readonly email: string;
}

declare module "fastify" {
  interface FastifyInstance {
    readonly signIn: OAuth2Namespace;
  }
  interface Session {
    person?: Person;
  }
}

const app = fastify();
let origin = "";
await app.register(cookie);
await app.register(session, { secret, cookie: { secure: false }, saveUninitialized: false });
await app.register(oauthPlugin, {
  name: "signIn",
  scope: ["account", "email"],
  credentials: {
    client: consumer,
    auth: {
      authorizeHost: upstream.site,
      authorizePath: "/site/oauth2/authorize",
      tokenHost: upstream.site,
      tokenPath: "/site/oauth2/access_token",
    },
  },
  startRedirectPath: "/login/bitbucket",
  callbackUri: () => `${origin}/login/bitbucket/callback`,
  pkce: "S256",
  cookie: { secure: false, path: "/" },
});
app.get("/login/bitbucket/callback", async (request, reply) => {
  const { token } = await app.signIn.getAccessTokenFromAuthorizationCodeFlow(request, reply);
  const person = await profileOf(token.access_token);
  await request.session.regenerate();
  request.session.person = person;
  return reply.redirect("/");
});
app.get("/session", async (request) => ({ user: request.session.person ?? null }));

async function profileOf(accessToken: string): Promise<Person> {
  const headers = { authorization: `Bearer ${accessToken}` };
  const get = async (url: string) => {
    const { statusCode, body } = await ask(url, { headers });
    if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}`);
    return body.json();
  };
  const [user, emails] = await Promise.all([get(addresses.user), get(addresses.emails)]);
  const { uuid, display_name } = user as { uuid: string; display_name: string }; // from the upstream
  return { id: uuid, displayName: display_name, email: primaryOf(emails as EmailPage) };
}

origin = await app.listen({ host: "127.0.0.1", port: 0 });
tellBench({ origin, begin: [{ method: "GET", path: "/login/bitbucket" }], session: "/session" });
