/** Owns a peer: better-auth with its sessions in memory, signed in with a password. */
import { getRequestListener } from "@hono/node-server";
import { betterAuth } from "better-auth";
import { serveApp } from "../../tests/clients/app.ts";
import { tellBench } from "../served/tell.ts";
import { cookiesOf, person } from "./serve.ts";

const { origin } = await serveApp((at) => {
  const { handler } = betterAuth({
    baseURL: at,
    secret: "only for this measurement: thirty-two characters",
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    logger: { disabled: true },
    emailAndPassword: { enabled: true },
  });
  return getRequestListener((request) => handler(request));
});
const signedIn = await fetch(`${origin}/api/auth/sign-up/email`, {
  method: "POST",
  headers: { "content-type": "application/json", origin },
  body: JSON.stringify({
    name: person.displayName,
    email: person.email,
    password: "correct horse battery staple",
  }),
});
tellBench({
  url: `${origin}/api/auth/get-session`,
  cookie: cookiesOf(signedIn),
  expected: person.email,
});
