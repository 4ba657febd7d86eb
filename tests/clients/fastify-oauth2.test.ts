import oauthPlugin, { type OAuth2Namespace } from "@fastify/oauth2";
import fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, serveApp } from "./app.ts";
import { type CloudPlace, cloudFor } from "./cloud-app.ts";
import { visitor } from "./visitor.ts";

declare module "fastify" {
  interface FastifyInstance {
    bitbucket: OAuth2Namespace;
  }
}

let place: CloudPlace;
let app: App;

beforeAll(async () => {
  app = await serveApp(async (origin) => {
    place = await cloudFor(`${origin}/login/bitbucket/callback`);
    const server = await fastifyApp(place);
    return (request, response) => server.routing(request, response);
  });
});
afterAll(async () => {
  await app.close();
  await place.emulator.close();
});

async function fastifyApp({ emulator: { urls }, consumer }: CloudPlace): Promise<FastifyInstance> {
  const server = fastify();
  await server.register(oauthPlugin, settings(urls.bitbucket, consumer));
  server.get("/login/bitbucket/callback", async (request) => {
    const { token } = await server.bitbucket.getAccessTokenFromAuthorizationCodeFlow(request);
    const renewed = await server.bitbucket.getNewAccessTokenUsingRefreshToken(token, {});
    const answer = await fetch(`${urls.api}/2.0/user`, {
      headers: { Authorization: `Bearer ${renewed.token.access_token}` },
    });
    return { user: await answer.json(), rotated: renewed.token.refresh_token !== token.refresh_token };
  });
  await server.ready();
  return server;
}

function settings(bitbucket: string, consumer: CloudPlace["consumer"]) {
  return {
    name: "bitbucket",
    scope: ["account"],
    credentials: {
      client: { id: consumer.key, secret: consumer.secret },
      auth: {
        authorizeHost: bitbucket,
        authorizePath: "/site/oauth2/authorize",
        tokenHost: bitbucket,
        tokenPath: "/site/oauth2/access_token",
      },
    },
    startRedirectPath: "/login/bitbucket",
    callbackUri: consumer.callbackUrl,
    pkce: "S256" as const,
    cookie: { secure: false, path: "/" },
  };
}

test("@fastify/oauth2 signs John in and renews its token, which rotates", async () => {
  const { visit, signIn } = visitor();
  const arrival = await signIn(place.emulator, await visit(`${app.origin}/login/bitbucket`), {
    as: "John Doe",
  });
  expect(arrival.status, arrival.body).toBe(200);
  expect(JSON.parse(arrival.body)).toMatchObject({ user: { username: "johndoe" }, rotated: true });
});
