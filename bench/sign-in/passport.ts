/** Owns a peer: passport with its strategy for Bitbucket and express-session, sessions in memory. */
import express from "express";
import session from "express-session";
import passport from "passport";
import { Strategy } from "passport-bitbucket-oauth2";
import { serveApp } from "../../tests/clients/app.ts";
import { tellBench } from "../served/tell.ts";
import { addresses, consumer, primaryOf, secret } from "./told.ts";

const { origin } = await serveApp((at) => {
  const authenticator = new passport.Passport();
  const strategy = makeStrategy(`${at}/auth/bitbucket/callback`);
  authenticator.use(strategy);
  authenticator.serializeUser((user, done) => done(null, user));
  authenticator.deserializeUser((user, done) => done(null, user));
  const app = express();
  app.use(session({ secret, resave: false, saveUninitialized: false }));
  app.use(authenticator.session());
  app.get("/auth/bitbucket", authenticator.authenticate("bitbucket"));
  app.get(
    "/auth/bitbucket/callback",
    authenticator.authenticate("bitbucket", { failureRedirect: "/failed" }),
    (_request, response) => response.redirect("/"),
  );
  app.get("/session", (request, response) => response.json({ user: request.user ?? null }));
  return app;
});

/** Both defences it offers, and the second call by its own client, as its own profile is asked for. */
function makeStrategy(callbackURL: string): Strategy {
  const strategy: Strategy = new Strategy(
    {
      clientID: consumer.id,
      clientSecret: consumer.secret,
      callbackURL,
      authorizationURL: addresses.authorize,
      tokenURL: addresses.token,
      userProfileURL: addresses.user,
      scope: ["account", "email"],
      state: true,
      pkce: true,
    },
    (accessToken, _refreshToken, { id, displayName }, done) =>
      strategy._oauth2.get(addresses.emails, accessToken, (error, body) => {
        if (error) done(error);
        else done(null, { id, displayName, email: primaryOf(JSON.parse(String(body))) });
      }),
  );
  return strategy;
}

tellBench({ origin, begin: [{ method: "GET", path: "/auth/bitbucket" }], session: "/session" });
