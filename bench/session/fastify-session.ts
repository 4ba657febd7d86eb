/** Owns a peer: @fastify/session with its sessions in memory, as it comes. */
import cookie from "@fastify/cookie";
import session from "@fastify/session";
import fastify from "fastify";
import { tellBench } from "../served/tell.ts";
import { cookiesOf, person } from "./serve.ts";

declare module "fastify" {
  interface Session {
    user?: typeof person;
  }
}

const app = fastify();
await app.register(cookie);
await app.register(session, {
  secret: "only for this measurement: thirty-two characters",
  cookie: { secure: false },
  saveUninitialized: false,
});
app.get("/login", async (request) => {
  request.session.user = person;
  return { user: person };
});
app.get("/session", async (request) => ({ user: request.session.user ?? null }));
const origin = await app.listen({ host: "127.0.0.1", port: 0 });
const signedIn = await fetch(`${origin}/login`);
tellBench({ url: `${origin}/session`, cookie: cookiesOf(signedIn), expected: person.email });
