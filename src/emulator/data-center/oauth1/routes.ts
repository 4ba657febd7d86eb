/** Owns the two signed endpoints of the dance: request token, access token. The page between them is in `authorize.ts`. */
import { type Context, Hono } from "hono";
import type { DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import { personById } from "../world.ts";
import { answerAccessToken } from "./access-token.ts";
import { accessTokenSeconds, sessionSeconds } from "./issue.ts";
import { type Parameter, parameter, type SignedRequest } from "./parameters.ts";
import { encodedForm, type OAuthProblem, problemAnswer } from "./problems.ts";
import { readSigned, signingNote } from "./request.ts";
import { answerRequestToken } from "./request-token.ts";

/** `POST /plugins/servlet/oauth/request-token` and `…/access-token`; other methods are 405. */
export function oauth1Routes(context: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });

  app.post("/plugins/servlet/oauth/request-token", async (c) => {
    const request = await noted(context, c, "request_token");
    const made = answerRequestToken(context, request);
    if ("name" in made) return refused(c, made);
    const confirmed: readonly Parameter[] =
      made.callback === null ? [] : [["oauth_callback_confirmed", "true"]];
    return formText([["oauth_token", made.token], ["oauth_token_secret", made.secret], ...confirmed]);
  });

  app.post("/plugins/servlet/oauth/access-token", async (c) => {
    const request = await noted(context, c, "access_token");
    const made = answerAccessToken(context, request);
    if ("name" in made) return refused(c, made);
    if (c.env.note !== undefined) c.env.note.person = personById(context.world, made.personId)?.name ?? null;
    return formText([
      ["oauth_token", made.token],
      ["oauth_token_secret", made.secret],
      ["oauth_expires_in", String(accessTokenSeconds)],
      ["oauth_session_handle", made.sessionHandle],
      ["oauth_authorization_expires_in", String(sessionSeconds)],
    ]);
  });

  for (const name of ["request-token", "access-token"])
    app.all(
      `/plugins/servlet/oauth/${name}`,
      () => new Response(null, { status: 405, headers: { Allow: "POST" } }),
    );
  return app;
}

async function noted(
  context: DataCenterContext,
  c: Context<DcEnv>,
  step: "request_token" | "access_token",
): Promise<SignedRequest> {
  const request = await readSigned(context, c.req.raw);
  const { note } = c.env;
  if (note === undefined) return request;
  const isRenewal = parameter(request, "oauth_session_handle") !== undefined;
  note.client = parameter(request, "oauth_consumer_key") ?? null;
  note.grant = isRenewal ? "session_handle" : step;
  note.oauth1 = signingNote(request);
  return request;
}

/** The realm is the URL that was asked. */
function refused(c: Context<DcEnv>, what: OAuthProblem): Response {
  return problemAnswer(what, c.req.url.split("?")[0] ?? "");
}

function formText(pairs: readonly Parameter[]): Response {
  return new Response(encodedForm(pairs), { headers: { "Content-Type": "text/plain" } });
}
