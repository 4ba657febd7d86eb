/** Owns a peer: Auth.js with its provider for Bitbucket, the session in an encrypted cookie. */
import { Auth, type AuthConfig } from "@auth/core";
import Bitbucket from "@auth/core/providers/bitbucket";
import { getRequestListener } from "@hono/node-server";
import { serveApp } from "../../tests/clients/app.ts";
import { tellBench } from "../served/tell.ts";
import { addresses, consumer, type EmailPage, primaryOf, secret } from "./told.ts";

/** The provider as it comes, its profile completed by the second call, as Auth.js documents it. */
const config: AuthConfig = {
  basePath: "/auth",
  trustHost: true,
  secret,
  useSecureCookies: false,
  providers: [
    {
      ...Bitbucket({ clientId: consumer.id, clientSecret: consumer.secret }),
      checks: ["pkce", "state"],
      authorization: `${addresses.authorize}?scope=account+email`,
      token: addresses.token,
      userinfo: {
        url: addresses.user,
        async request({ tokens }: { tokens: { access_token?: string } }) {
          const headers = { authorization: `Bearer ${tokens.access_token}` };
          const get = async (url: string) => (await fetch(url, { headers })).json();
          const [user, emails] = await Promise.all([get(addresses.user), get(addresses.emails)]);
          return { ...user, email: primaryOf(emails as EmailPage) };
        },
      },
      profile: (profile) => ({ id: profile.uuid, name: profile.display_name, email: profile.email }),
    },
  ],
};

const { origin } = await serveApp(() => getRequestListener((request) => Auth(request, config)));
tellBench({
  origin,
  begin: [
    { method: "GET", path: "/auth/csrf" },
    {
      method: "POST",
      path: "/auth/signin/bitbucket",
      type: "application/x-www-form-urlencoded",
      body: `csrfToken={csrf}&callbackUrl=${encodeURIComponent(origin)}`,
    },
  ],
  session: "/auth/session",
});
