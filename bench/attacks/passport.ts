/** Owns a peer: passport with its strategy for Bitbucket and express-session as documented; with the argument `state`, its state on. */
import express from "express";
import session from "express-session";
import passport from "passport";
import { Strategy } from "passport-bitbucket-oauth2";
import { mainClient } from "../../tests/attacks/place.ts";
import { tellBench } from "../served/tell.ts";
import { type AttackedServer, addresses, secret, serveHere } from "./told.ts";

const origin = await serveHere((own) => {
  const authenticator = new passport.Passport();
  authenticator.use(
    new Strategy(
      {
        clientID: mainClient.id,
        clientSecret: mainClient.secret,
        callbackURL: `${own}/auth/bitbucket/callback`,
        authorizationURL: addresses.authorize,
        tokenURL: addresses.token,
        userProfileURL: addresses.user,
        ...(process.argv[3] === "state" && { state: true }),
      },
      (_accessToken, _refreshToken, { id, displayName }, done) => done(null, { id, displayName }),
    ),
  );
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

tellBench({
  origin,
  login: "/auth/bitbucket",
  callback: "/auth/bitbucket/callback",
  session: "/session",
} satisfies AttackedServer);
