/** Owns the peer's side of the HTTP question: better-auth with its own storage in memory, signed in at the local Bitbucket. */
import { getRequestListener } from "@hono/node-server";
import { betterAuth } from "better-auth";
import { genericOAuth } from "better-auth/plugins";
import { serveApp } from "../../tests/clients/app.ts";
import { type CloudPlace, cloudFor } from "../../tests/clients/cloud-app.ts";
import { visitor } from "../../tests/clients/visitor.ts";

let place: CloudPlace | undefined;
const app = await serveApp(async (origin) => {
  place = await cloudFor(`${origin}/api/auth/callback/bitbucket`);
  const { handler } = makeAuth(origin, place);
  return getRequestListener((request) => handler(request));
});

function makeAuth(origin: string, { emulator: { urls }, consumer }: CloudPlace) {
  return betterAuth({
    baseURL: origin,
    secret: "only for this measurement: thirty-two characters",
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    logger: { disabled: true },
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
            getUserInfo: async () => ({
              id: "john",
              name: "John",
              email: "john@example.com",
              emailVerified: true,
            }),
          },
        ],
      }),
    ],
  });
}

const { visit, signIn, cookies } = visitor();
const begun = await visit(`${app.origin}/api/auth/sign-in/social`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ provider: "bitbucket", callbackURL: "/api/auth/get-session" }),
});
const { url } = (await begun.json()) as { url: string }; // better-auth's own answer
if (place === undefined) throw new Error("the app did not start");
await signIn(place.emulator, await visit(url), { as: "John Doe" });
const headers = { cookie: cookies(app.origin), "content-type": "application/json", origin: app.origin };
const accounts = await (await visit(`${app.origin}/api/auth/list-accounts`)).json();
const [account] = accounts as { readonly id: string }[]; // better-auth's own answer
const body = JSON.stringify({ accountId: account?.id });
process.stdout.write(
  `${JSON.stringify({ url: `${app.origin}/api/auth/get-access-token`, headers, body, field: "accessToken" })}\n`,
);
process.stdin.resume().once("end", () => process.exit(0));
