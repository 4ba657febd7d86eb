/** Owns a peer: Auth.js with its provider for Bitbucket as it comes; with the argument `state`, state checked beside PKCE. */
import { Auth, type AuthConfig, skipCSRFCheck } from "@auth/core";
import Bitbucket from "@auth/core/providers/bitbucket";
import { getRequestListener } from "@hono/node-server";
import { mainClient } from "../../tests/attacks/place.ts";
import { tellBench } from "../served/tell.ts";
import { type AttackedServer, addresses, blankPage, secret, serveHere } from "./told.ts";

const config: AuthConfig = {
  basePath: "/auth",
  trustHost: true,
  secret,
  // As behind https.
  useSecureCookies: true,
  logger: { error: () => {}, warn: () => {}, debug: () => {} },
  providers: [
    Bitbucket({
      clientId: mainClient.id,
      clientSecret: mainClient.secret,
      // Its addresses overridden as it is documented for hosts of one's own.
      authorization: `${addresses.authorize}?scope=account`,
      token: addresses.token,
      userinfo: addresses.user,
      ...(process.argv[3] === "state" && { checks: ["pkce", "state"] }),
    }),
  ],
};

const origin = await serveHere((own) =>
  getRequestListener((request) => answer(request, own), { overrideGlobalObjects: false }),
);

/** It is told its own address, as by `AUTH_URL`, and does not have to believe the Host of a request. */
function answer(request: Request, own: string): Response | Promise<Response> {
  const { pathname, search, searchParams } = new URL(request.url);
  if (pathname === "/login") return begin(own, request, searchParams.get("returnTo"));
  if (pathname.startsWith("/auth/")) return Auth(new Request(own + pathname + search, request), config);
  return blankPage();
}

/** As the `signIn` of its packages for frameworks does on the server: the form's POST, made by the app itself. */
function begin(own: string, { headers }: Pick<Request, "headers">, returnTo: string | null) {
  return Auth(
    new Request(`${own}/auth/signin/bitbucket`, {
      method: "POST",
      headers: { cookie: headers.get("cookie") ?? "" },
      body: new URLSearchParams({ callbackUrl: returnTo ?? "/" }),
    }),
    { ...config, skipCSRFCheck },
  );
}

tellBench({
  origin,
  login: "/login",
  callback: "/auth/callback/bitbucket",
  session: "/auth/session",
} satisfies AttackedServer);
