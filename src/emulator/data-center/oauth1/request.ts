/** Owns turning an HTTP request into what an OAuth 1 signature covers, under the URL the server believes it has. */
import type { DataCenterContext } from "../context.ts";
import { pathBelow } from "../place.ts";
import { allParameters, parameter, type SignedRequest } from "./parameters.ts";

/** Reads a request without using it up. */
export async function readSigned(context: DataCenterContext, request: Request): Promise<SignedRequest> {
  const url = seenUrl(context, new URL(request.url));
  const authorization = request.headers.get("Authorization") ?? undefined;
  const parameters = allParameters(authorization, url.searchParams, await formOf(request));
  return { method: request.method, url, parameters };
}

/** Proxies may have changed scheme, host, port and context path: only what comes behind them is taken from the request. */
function seenUrl(context: DataCenterContext, asked: URL): URL {
  const { rules, baseUrl } = context;
  const base = rules.seenUrl === "" ? baseUrl : rules.seenUrl;
  return new URL(`${base}${pathBelow(context, asked.pathname)}${asked.search}`);
}

async function formOf(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get("Content-Type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded" || request.body === null) return new URLSearchParams();
  return new URLSearchParams(await request.clone().text());
}

const needed = [
  "oauth_consumer_key",
  "oauth_token",
  "oauth_signature_method",
  "oauth_signature",
  "oauth_timestamp",
  "oauth_nonce",
];

/** A call counts as OAuth only with all six, an empty token included; else it is judged by what else it brings. */
export function isOAuth1Call(request: SignedRequest): boolean {
  return needed.every((name) => parameter(request, name) !== undefined);
}

/** For the journal: nothing of it is a secret. */
export function signingNote(request: SignedRequest) {
  return {
    signatureMethod: parameter(request, "oauth_signature_method") ?? "",
    callback: parameter(request, "oauth_callback") !== undefined,
    verifier: parameter(request, "oauth_verifier") !== undefined,
  };
}
