/** Owns a peer: Auth.js with its sessions in an encrypted cookie, as it comes. */
import { Auth } from "@auth/core";
import { encode } from "@auth/core/jwt";
import Bitbucket from "@auth/core/providers/bitbucket";
import { getRequestListener } from "@hono/node-server";
import { serveApp } from "../../tests/clients/app.ts";
import { tellBench } from "../served/tell.ts";
import { person } from "./serve.ts";

const secret = "only for this measurement: thirty-two characters";
const salt = "authjs.session-token";

const { origin } = await serveApp(() =>
  getRequestListener((request) =>
    Auth(request, {
      basePath: "/auth",
      trustHost: true,
      secret,
      useSecureCookies: false,
      providers: [Bitbucket({ clientId: "key", clientSecret: "secret" })],
    }),
  ),
);
const token = { sub: person.id, name: person.displayName, email: person.email };
const cookie = `${salt}=${await encode({ token, secret, salt })}`;
tellBench({ url: `${origin}/auth/session`, cookie, expected: person.email });
