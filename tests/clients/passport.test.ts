import express from "express";
import passport from "passport";
import { Strategy } from "passport-bitbucket-oauth2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, serveApp } from "./app.ts";
import { type CloudPlace, cloudFor } from "./cloud-app.ts";
import { visitor } from "./visitor.ts";

let place: CloudPlace;
let app: App;

beforeAll(async () => {
  app = await serveApp(async (origin) => {
    place = await cloudFor(`${origin}/auth/bitbucket/callback`);
    return passportApp(place);
  });
});
afterAll(async () => {
  await app.close();
  await place.emulator.close();
});

/** As the README of passport-bitbucket-oauth2 has it; only the three addresses are the emulator's. */
function passportApp({ emulator: { urls }, consumer }: CloudPlace) {
  const strategy = new Strategy(
    {
      clientID: consumer.key,
      clientSecret: consumer.secret,
      callbackURL: consumer.callbackUrl,
      authorizationURL: `${urls.bitbucket}/site/oauth2/authorize`,
      tokenURL: `${urls.bitbucket}/site/oauth2/access_token`,
      userProfileURL: `${urls.api}/2.0/user`,
      scope: ["account", "email"],
      state: true,
    },
    (accessToken, refreshToken, profile, done) =>
      done(null, { ...profile, hasTokens: accessToken !== "" && refreshToken !== "" }),
  );
  const authenticator = new passport.Passport();
  authenticator.use(strategy);
  const session = {};
  const server = express();
  server.use((request, _response, next) => {
    request.session = session;
    next();
  });
  server.get("/auth/bitbucket", authenticator.authenticate("bitbucket", { session: false }));
  server.get(
    "/auth/bitbucket/callback",
    authenticator.authenticate("bitbucket", { session: false, failureRedirect: "/login" }),
    (request, response) => response.json(request.user),
  );
  server.get("/login", (_request, response) => response.status(401).send("Please sign in."));
  return server;
}

test("passport-bitbucket-oauth2 signs John in, with Bearer at the profile and Basic at the token endpoint", async () => {
  const { visit, signIn } = visitor();
  const arrival = await signIn(place.emulator, await visit(`${app.origin}/auth/bitbucket`), {
    as: "John Doe",
  });
  const john = place.emulator.people.find(({ username }) => username === "johndoe");
  expect(arrival.status).toBe(200);
  expect(JSON.parse(arrival.body)).toMatchObject({
    provider: "bitbucket",
    id: `{${john?.uuid}}`,
    username: "johndoe",
    displayName: "John Doe",
    hasTokens: true,
  });
});

test("passport-bitbucket-oauth2 learns that the person pressed Cancel", async () => {
  const { visit, signIn } = visitor();
  const first = await visit(`${app.origin}/auth/bitbucket`);
  const arrival = await signIn(place.emulator, first, { as: "John Doe", decision: "cancel" });
  expect(arrival).toMatchObject({ status: 401, url: `${app.origin}/login` });
});
