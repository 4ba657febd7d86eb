import { Auth } from "@auth/core";
import Bitbucket from "@auth/core/providers/bitbucket";
import { getRequestListener } from "@hono/node-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, serveApp } from "./app.ts";
import { type CloudPlace, cloudFor } from "./cloud-app.ts";
import { visitor } from "./visitor.ts";

let place: CloudPlace;
let app: App;

beforeAll(async () => {
  app = await serveApp(async (origin) => {
    place = await cloudFor(`${origin}/auth/callback/bitbucket`);
    return getRequestListener((request) => answer(place, request), { overrideGlobalObjects: false });
  });
});
afterAll(async () => {
  await app.close();
  await place.emulator.close();
});

/** The provider as it comes; its three addresses are overridden as Auth.js documents it for enterprise hosts. */
function answer({ emulator: { urls }, consumer }: CloudPlace, request: Request): Promise<Response> {
  return Auth(request, {
    basePath: "/auth",
    trustHost: true,
    secret: "only for this test",
    useSecureCookies: false,
    providers: [
      Bitbucket({
        clientId: consumer.key,
        clientSecret: consumer.secret,
        authorization: `${urls.bitbucket}/site/oauth2/authorize?scope=account`,
        token: `${urls.bitbucket}/site/oauth2/access_token`,
        userinfo: `${urls.api}/2.0/user`,
      }),
    ],
    callbacks: {
      jwt: ({ token, profile, account }) => ({
        ...token,
        ...(profile && { profile, scope: account?.scope }),
      }),
      session: ({ session, token }) => ({ ...session, profile: token.profile, scope: token.scope }),
    },
  });
}

async function signedIn(as: string) {
  const { visit, signIn } = visitor();
  const { csrfToken } = (await (await visit(`${app.origin}/auth/csrf`)).json()) as { csrfToken: string };
  const first = await visit(`${app.origin}/auth/signin/bitbucket`, {
    method: "POST",
    body: new URLSearchParams({ csrfToken, callbackUrl: `${app.origin}/auth/session` }),
  });
  return signIn(place.emulator, first, { as });
}

test("@auth/core's Bitbucket provider signs Jane in", async () => {
  const arrival = await signedIn("Jane Roe");
  expect(arrival).toMatchObject({ status: 200, url: `${app.origin}/auth/session` });
  const session = JSON.parse(arrival.body);
  expect(session.user).toMatchObject({ name: "Jane Roe" });
  expect(session.profile).toMatchObject({ type: "user", username: "janeroe", has_2fa_enabled: null });
});

test("@auth/core asks for the scope account alone, and gets no more", async () => {
  expect(JSON.parse((await signedIn("John Doe")).body)).toMatchObject({ scope: "account" });
});
