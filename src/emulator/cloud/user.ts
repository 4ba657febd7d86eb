/** Owns `/user`, its e-mail addresses, and `/users/{user}`. */
import { Hono } from "hono";
import type { EmulatorContext } from "../core/context.ts";
import { stableUuid } from "../core/entropy.ts";
import { type EmailAddress, findPerson, type ResourceToken } from "../core/world.ts";
import { type ApiEnv, requireScope } from "./access.ts";
import { appUserObject, userObject } from "./accounts.ts";
import { apiError, forbidden, json, unauthorized } from "./answers.ts";
import { needs } from "./needs.ts";
import { listPage } from "./paging.ts";
import { embeddedUser } from "./repositories/shapes/account.ts";

export function userRoutes(context: EmulatorContext): Hono<ApiEnv> {
  const { origins, rules } = context;
  const app = new Hono<ApiEnv>();

  app.get("/user", requireScope(needs.user), (c) => {
    const caller = c.get("caller");
    if (caller.kind === "anonymous") return unauthorized(rules.bearerChallenge);
    if (caller.kind === "person") return json(userObject(origins, caller.person));
    if (caller.kind === "access_token") return botAnswer(context, caller.token);
    const consumer = context.world.oauth.consumers.get(caller.consumerKey);
    if (rules.userForAppUser === "403" || consumer === undefined) return forbidden();
    const app = { name: consumer.name, uuid: stableUuid("app_user", consumer.key), kind: "oauth_consumer" };
    return json(appUserObject(origins, app));
  });

  app.get("/user/emails", requireScope(needs.emails), (c) => {
    const caller = c.get("caller");
    if (caller.kind !== "person") return forbidden();
    return listPage(c, caller.person.emails, {
      apiOrigin: origins.api,
      render: (email) => emailObject(origins.api, email),
    });
  });

  app.get("/user/emails/:email", requireScope(needs.emails), (c) => {
    const caller = c.get("caller");
    const address = c.req.param("email").toLowerCase();
    const emails = caller.kind === "person" ? caller.person.emails : [];
    const email = emails.find((one) => one.address.toLowerCase() === address);
    return email === undefined
      ? apiError(404, { message: "Email address not found" })
      : json(emailObject(origins.api, email));
  });

  app.get("/users/:user", requireScope(needs.somebody), (c) => {
    const person = findPerson(context.world, c.req.param("user"));
    const asked = person === undefined || person.username === c.req.param("user") ? undefined : person;
    return asked === undefined
      ? apiError(404, { message: `${c.req.param("user")} is not a user` })
      : json(embeddedUser(origins, asked));
  });

  return app;
}

/** The bot behind an access token, where the rule has it answered at all. */
function botAnswer({ origins, rules }: EmulatorContext, { id, name, reach }: ResourceToken): Response {
  if (rules.userForAccessToken === "403") return forbidden();
  const uuid = stableUuid("access_token", id);
  return json(appUserObject(origins, { name, uuid, kind: `${reach.kind}_access_token` }));
}

function emailObject(apiOrigin: string, { address, isPrimary, isConfirmed }: EmailAddress): object {
  return {
    type: "email",
    email: address,
    is_primary: isPrimary,
    is_confirmed: isConfirmed,
    links: { self: { href: `${apiOrigin}/2.0/user/emails/${address}` } },
  };
}
