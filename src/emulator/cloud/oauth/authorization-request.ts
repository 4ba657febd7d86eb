/** Owns judging an authorization request (RFC 6749 section 4.1.1), in the order that keeps an open redirect impossible. */
import type { EmulatorContext } from "../../core/context.ts";
import type { Code, Consumer } from "../../core/oauth-state.ts";
import { redirectAllowed } from "./redirect.ts";
import { narrowScopes } from "./scope-request.ts";

/** A request whose client and callback have been checked. */
export interface AuthorizationRequest {
  readonly consumer: Consumer;
  /** Where the browser goes back to. */
  readonly callback: string;
  /** As it was sent; null when it was not. */
  readonly redirectUri: string | null;
  readonly scopes: readonly string[];
  readonly challenge: Code["challenge"];
}

export type Verdict =
  | { readonly kind: "fine"; readonly request: AuthorizationRequest }
  /** An HTML page here: whoever asked is not to be trusted with a redirect. */
  | { readonly kind: "page"; readonly status: number; readonly title: string; readonly text: string }
  | {
      readonly kind: "redirect";
      readonly to: string;
      readonly parameters: Readonly<Record<string, string>>;
    };

export function judgeRequest(context: EmulatorContext, query: URLSearchParams): Verdict {
  const repeated = [...query.keys()].find((name) => query.getAll(name).length > 1);
  if (repeated !== undefined)
    return refusal("Invalid request", `The parameter ${repeated} was sent more than once.`);
  const consumer = context.world.oauth.consumers.get(query.get("client_id") ?? "");
  if (consumer === undefined)
    return refusal(
      "Invalid client_id",
      "This integration is misconfigured. Contact the vendor for assistance.",
    );
  if (consumer.callbackUrl === "")
    return refusal("Invalid request", "No callback uri defined for the OAuth client.");
  const redirectUri = query.get("redirect_uri");
  if (redirectUri !== null && !redirectAllowed(consumer.callbackUrl, redirectUri, context.rules))
    return refusal(
      "Invalid redirect_uri",
      "This integration is misconfigured. Contact the vendor for assistance.",
      context.rules.invalidRedirectStatus,
    );
  const responseType = query.get("response_type");
  const callback = redirectUri ?? consumer.callbackUrl;
  if (responseType !== "code") return wrongResponseType(context, responseType, callback);
  return judgeGrant(context, query, { consumer, callback, redirectUri });
}

function refusal(title: string, text: string, status = 400): Verdict {
  return { kind: "page", status, title, text };
}

function wrongResponseType(context: EmulatorContext, given: string | null, callback: string): Verdict {
  const text =
    given === null
      ? "The parameter response_type is missing."
      : `The response type "${given}" is not supported.`;
  if (context.rules.unsupportedResponseType === "page") return refusal("Invalid response_type", text);
  const error = given === null ? "invalid_request" : "unsupported_response_type";
  return { kind: "redirect", to: callback, parameters: { error } };
}

/** What is wrong from here on is told to the app itself. */
function judgeGrant(
  context: EmulatorContext,
  query: URLSearchParams,
  known: Pick<AuthorizationRequest, "consumer" | "callback" | "redirectUri">,
): Verdict {
  const back = (error: string, description: string): Verdict => ({
    kind: "redirect",
    to: known.callback,
    parameters: { error, error_description: description },
  });
  const scopes = narrowScopes(query.get("scope") ?? undefined, known.consumer.scopes, context.rules);
  if ("excess" in scopes) return back("invalid_scope", `The client may not have: ${scopes.excess.join(" ")}`);
  const value = query.get("code_challenge");
  const method = query.get("code_challenge_method") ?? "plain";
  const supported = method === "plain" || method === "S256";
  if (context.rules.pkceChecked && value !== null && !supported)
    return back("invalid_request", "The code_challenge_method is not supported.");
  const challenge = value === null || !supported ? null : ({ value, method } as const);
  return { kind: "fine", request: { ...known, scopes, challenge } };
}
