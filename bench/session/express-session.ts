/** Owns a peer: express-session with its sessions in memory, as it comes. */
import express from "express";
import session from "express-session";
import { serveApp } from "../../tests/clients/app.ts";
import { tellBench } from "../served/tell.ts";
import { cookiesOf, person } from "./serve.ts";

const app = express();
app.use(
  session({
    secret: "only for this measurement: thirty-two characters",
    resave: false,
    saveUninitialized: false,
  }),
);
app.get("/login", (request, response) => {
  Object.assign(request.session ?? {}, { user: person });
  response.json({ user: person });
});
app.get("/session", (request, response) => {
  response.json({ user: null, ...request.session });
});
const { origin } = await serveApp(() => app);
const signedIn = await fetch(`${origin}/login`);
tellBench({ url: `${origin}/session`, cookie: cookiesOf(signedIn), expected: person.email });
