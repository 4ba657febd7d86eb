/** Owns a peer: better-auth with its generic OAuth, users, accounts, flows and sessions in a file by node:sqlite. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { getRequestListener } from "@hono/node-server";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { genericOAuth } from "better-auth/plugins";
import { serveApp } from "../../tests/clients/app.ts";
import { tellBench } from "../served/tell.ts";
import { addresses, consumer, type EmailPage, primaryOf, secret } from "./told.ts";

const folder = mkdtempSync(join(tmpdir(), "windlass-bench-"));
const file = join(folder, "better-auth.db");

const { origin } = await serveApp(async (baseURL) => {
  const options: BetterAuthOptions = {
    baseURL,
    secret,
    database: new DatabaseSync(file),
    telemetry: { enabled: false },
    // It counts in memory by address and would stop everybody here; switched off, which spares it the work.
    rateLimit: { enabled: false },
    logger: { disabled: true },
    plugins: [genericOAuth({ config: [bitbucket()] })],
  };
  await (await getMigrations(options)).runMigrations();
  const { handler } = betterAuth(options);
  return getRequestListener((request) => handler(request));
});

function bitbucket() {
  const get = async (url: string, accessToken: string | undefined) =>
    (await fetch(url, { headers: { authorization: `Bearer ${accessToken}` } })).json();
  return {
    providerId: "bitbucket",
    clientId: consumer.id,
    clientSecret: consumer.secret,
    authorizationUrl: addresses.authorize,
    tokenUrl: addresses.token,
    scopes: ["account", "email"],
    pkce: true,
    async getUserInfo({ accessToken }: { accessToken?: string | undefined }) {
      const [user, emails] = await Promise.all([
        get(addresses.user, accessToken),
        get(addresses.emails, accessToken),
      ]);
      const email = primaryOf(emails as EmailPage);
      return { id: String(user.uuid), name: String(user.display_name), email, emailVerified: true };
    },
  };
}

tellBench(
  {
    origin,
    begin: [
      {
        method: "POST",
        path: "/api/auth/sign-in/social",
        type: "application/json",
        body: JSON.stringify({ provider: "bitbucket", callbackURL: "/" }),
      },
    ],
    session: "/api/auth/get-session",
    file,
  },
  async () => rmSync(folder, { recursive: true, force: true }),
);
