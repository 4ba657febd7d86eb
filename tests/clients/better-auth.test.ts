import { readFileSync } from "node:fs";
import { getRequestListener } from "@hono/node-server";
import { betterAuth } from "better-auth";
import { genericOAuth } from "better-auth/plugins";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, serveApp } from "./app.ts";
import { type CloudPlace, cloudFor } from "./cloud-app.ts";
import { visitor } from "./visitor.ts";

let place: CloudPlace;
let app: App;

beforeAll(async () => {
  app = await serveApp(async (origin) => {
    place = await cloudFor(`${origin}/api/auth/callback/bitbucket`);
    const { handler } = auth(origin, place);
    return getRequestListener((request) => handler(request), { overrideGlobalObjects: false });
  });
});
afterAll(async () => {
  await app.close();
  await place.emulator.close();
});

interface Address {
  readonly email: string;
  readonly is_primary: boolean;
  readonly is_confirmed: boolean;
}

function auth(origin: string, { emulator: { urls }, consumer }: CloudPlace) {
  const api = async (path: string, token: string | undefined) =>
    (await fetch(`${urls.api}/2.0${path}`, { headers: { Authorization: `Bearer ${token}` } })).json();
  return betterAuth({
    baseURL: origin,
    secret: "only for this test: thirty-two characters",
    telemetry: { enabled: false },
    plugins: [
      genericOAuth({
        config: [
          {
            providerId: "bitbucket",
            clientId: consumer.key,
            clientSecret: consumer.secret,
            authorizationUrl: `${urls.bitbucket}/site/oauth2/authorize`,
            tokenUrl: `${urls.bitbucket}/site/oauth2/access_token`,
            scopes: ["account", "email"],
            getUserInfo: async ({ accessToken }) => {
              const [user, { values }] = await Promise.all([
                api("/user", accessToken),
                api("/user/emails", accessToken),
              ]);
              const own = (values as Address[]).find(({ is_primary }) => is_primary);
              return {
                id: user.uuid,
                name: user.display_name,
                email: own?.email ?? null,
                emailVerified: own?.is_confirmed === true,
              };
            },
          },
        ],
      }),
    ],
  });
}

test("better-auth's genericOAuth signs John in with PKCE, and has his confirmed address", async () => {
  const { visit, signIn } = visitor();
  const begun = await visit(`${app.origin}/api/auth/sign-in/social`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ provider: "bitbucket", callbackURL: "/api/auth/get-session" }),
  });
  const { url } = (await begun.json()) as { url: string };
  const { pathname } = new URL(new URL(url).searchParams.get("redirect_uri") ?? "");
  expect(readFileSync("docs/from-better-auth.md", "utf8")).toContain(`\`callbackPath: ${pathname}\``);
  expect(new URL(url).searchParams.get("code_challenge_method")).toBe("S256");
  const arrival = await signIn(place.emulator, await visit(url), { as: "John Doe" });
  expect(arrival).toMatchObject({ status: 200, url: `${app.origin}/api/auth/get-session` });
  expect(JSON.parse(arrival.body)).toMatchObject({
    user: { name: "John Doe", email: "user@example.com", emailVerified: true },
  });
});
