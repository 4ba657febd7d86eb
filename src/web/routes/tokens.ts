/** Owns handing tokens to programs that show an API key: before sessions and forms, and never to a browser. */
import { type Context, Hono } from "hono";
import type { App } from "../../app/app.ts";
import { isWindlassError } from "../../base/errors.ts";
import { webErrors } from "../errors.ts";
import type { Limits } from "../limits.ts";
import { checkMethod } from "../methods.ts";
import type { WebEnvironment } from "../visitor.ts";

/** The largest body that makes sense is a tenth of it. */
const mostBodyBytes = 1_024;
const mostMinimumSeconds = 31_536_000;

/**
 * Answers under any host name: what a rebound name could reach from a browser is refused as a browser's, and whoever
 * shows a key is asked for nothing else. No cookie is read as a proof, so no form of elsewhere can use one.
 */
export function tokenRoutes(app: App, failures: Limits["keys"]): Hono<WebEnvironment> {
  return new Hono<WebEnvironment>().all("/api/v1/connections/:connection/token", async (context) => {
    context.header("Cache-Control", "no-store");
    context.header("X-Content-Type-Options", "nosniff");
    refuseBrowsers(app, context.req.raw.headers);
    checkMethod(context, ["POST"]);
    failures.check(context);
    const { id, projectId } = await requireKey(app, context, failures);
    const minimumSeconds = await readOrder(context.req.raw);
    const order = { minimumSeconds, caller: `key ${id}` };
    const handed = await tokenOrMissing(app, { projectId, id: context.req.param("connection"), order });
    return context.json({
      accessToken: handed.accessToken.reveal(),
      tokenType: handed.login === null ? "Bearer" : "Basic",
      expiresAt: handed.expiresAt?.toISOString() ?? null,
      login: handed.login,
      gitUser: handed.gitUser,
    });
  });
}

/** What every browser sends with a request a page makes, and no program without one. */
function refuseBrowsers({ cookies }: App, headers: Headers): void {
  const cookie = headers.get("cookie") ?? "";
  const isOurs = cookie !== "" && Object.values(cookies.names).some((name) => cookie.includes(`${name}=`));
  const isBrowser =
    isOurs || headers.has("origin") || headers.has("sec-fetch-site") || headers.has("sec-fetch-mode");
  if (isBrowser || headers.has("sec-fetch-dest")) throw webErrors.fail("web.browser_refused");
}

/** @see RFC 6750 section 3 */
async function requireKey(
  { apiKeys }: App,
  context: Context,
  failures: Limits["keys"],
): Promise<{ id: string; projectId: string }> {
  const [, secret] = /^Bearer +([^\s]+) *$/i.exec(context.req.header("authorization") ?? "") ?? [];
  if (secret === undefined) {
    context.header("WWW-Authenticate", 'Bearer realm="windlass"');
    throw webErrors.fail("web.key_missing");
  }
  const key = await apiKeys.find(secret);
  if (key === null) {
    failures.failed(context);
    context.header("WWW-Authenticate", 'Bearer realm="windlass", error="invalid_token"');
    throw webErrors.fail("web.key_refused");
  }
  if (!key.rights.includes("token")) {
    context.header("WWW-Authenticate", 'Bearer realm="windlass", error="insufficient_scope", scope="token"');
    throw webErrors.fail("web.key_without_right");
  }
  return key;
}

interface Wanted {
  readonly projectId: string;
  readonly id: string;
  readonly order: { readonly minimumSeconds: number; readonly caller: string };
}

/** Another project's looks exactly like one that never was. */
async function tokenOrMissing({ connections }: App, { projectId, id, order }: Wanted) {
  try {
    return await connections.tokenOf(projectId, id, order);
  } catch (error) {
    if (!isWindlassError(error, "connections.not_found")) throw error;
    const message = "There is no such connection in the project of this key.";
    throw webErrors.fail("web.not_found", { message, cure: "Check the id." });
  }
}

/** `{"minimumSeconds": 600}`, or nothing: then how long the token has to live does not matter. */
async function readOrder(request: Request): Promise<number> {
  const { headers } = request;
  // On Node, touching the body makes a whole request of it.
  if (headers.get("content-length") === "0" || request.body === null) return 0;
  const text = await readText(request.body);
  if (text.trim() === "") return 0;
  if (!/^application\/json *(;|$)/i.test(headers.get("content-type") ?? ""))
    throw webErrors.fail("web.not_json");
  const { minimumSeconds = 0 } = readObject(text);
  const isGood = typeof minimumSeconds === "number" && Number.isInteger(minimumSeconds);
  if (isGood && minimumSeconds >= 0 && minimumSeconds <= mostMinimumSeconds) return minimumSeconds;
  throw badRequest(`minimumSeconds has to be a whole number from 0 to ${mostMinimumSeconds}.`);
}

async function readText(body: ReadableStream<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.byteLength;
    if (bytes > mostBodyBytes)
      throw webErrors.fail("web.too_large", { cure: `Send ${mostBodyBytes} bytes at most.` });
    parts.push(part);
  }
  return new TextDecoder().decode(Buffer.concat(parts));
}

function readObject(text: string): { readonly minimumSeconds?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      const [stranger] = Object.keys(value).filter((name) => name !== "minimumSeconds");
      if (stranger === undefined) return value;
      throw badRequest(`${JSON.stringify(stranger)} is not known here: only minimumSeconds is.`);
    }
  } catch (error) {
    if (isWindlassError(error)) throw error;
  }
  throw badRequest("The body has to be a JSON object, or nothing at all.");
}

function badRequest(message: string): Error {
  return webErrors.fail("web.bad_request", { message });
}
