/** Owns the token endpoint: reads the form, proves the client, and hands the request to its grant. */
import { Hono } from "hono";
import type { EmulatorBindings } from "../../core/bindings.ts";
import type { EmulatorContext } from "../../core/context.ts";
import type { Consumer } from "../../core/oauth-state.ts";
import { json } from "../answers.ts";
import { authenticateClient } from "./client.ts";
import {
  credentialsMissing,
  credentialsWrong,
  noCallbackUri,
  repeatedParameter,
  type TokenFailure,
  unsupportedGrantType,
} from "./failures.ts";
import { clientCredentials, exchangeCode, refresh, type TokenAnswer } from "./grants.ts";

type GrantHandler = (
  context: EmulatorContext,
  consumer: Consumer,
  form: URLSearchParams,
) => TokenAnswer | TokenFailure;

const grants: Readonly<Record<string, GrantHandler>> = {
  authorization_code: exchangeCode,
  refresh_token: refresh,
  client_credentials: clientCredentials,
};

/** `POST /site/oauth2/access_token`. */
export function tokenRoutes(context: EmulatorContext): Hono<{ Bindings: EmulatorBindings }> {
  const app = new Hono<{ Bindings: EmulatorBindings }>();
  app.post("/site/oauth2/access_token", async (c) => {
    const form = await readForm(c.req.raw);
    const answer = answerTokenRequest(context, {
      form,
      authorization: c.req.header("Authorization"),
      note: c.env.note,
    });
    return json(answer, "error" in answer ? 400 : 200, { "Cache-Control": "no-store" });
  });
  app.all("/site/oauth2/access_token", () => new Response(null, { status: 405, headers: { Allow: "POST" } }));
  return app;
}

/** Any other type than a form counts as an empty one: JSON is not parsed. */
async function readForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get("Content-Type")?.split(";")[0]?.trim().toLowerCase();
  const body = await request.text();
  return new URLSearchParams(type === "application/x-www-form-urlencoded" ? body : "");
}

function answerTokenRequest(
  context: EmulatorContext,
  request: {
    readonly form: URLSearchParams;
    readonly authorization: string | undefined;
    readonly note: EmulatorBindings["note"];
  },
): TokenAnswer | TokenFailure {
  const { form, note } = request;
  const repeated = [...form.keys()].find((name) => form.getAll(name).length > 1);
  if (repeated !== undefined) return repeatedParameter(repeated);
  const grantType = form.get("grant_type");
  const grant = grantType !== null && Object.hasOwn(grants, grantType) ? grants[grantType] : undefined;
  if (grant === undefined) return unsupportedGrantType(grantType);
  note.grant = grantType;
  const client = authenticateClient(context.world.oauth.consumers, request, context.rules);
  if (client === "missing") return credentialsMissing;
  if (client === "wrong") return credentialsWrong;
  note.client = client.key;
  return client.callbackUrl === "" ? noCallbackUri : grant(context, client, form);
}
