/** Owns judging an authorization request: what is wrong with the client is said here, what is wrong with the request to the app. */
import type { DataCenterContext } from "../context.ts";
import { expandScopes, isDcScope, linkScopes } from "../scopes.ts";
import type { OAuth2Client, OAuth2Code } from "../state.ts";

export interface AuthorizationRequest {
  readonly client: OAuth2Client;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly challenge: OAuth2Code["challenge"];
  readonly state: string | null;
}

export type Verdict =
  | { readonly kind: "fine"; readonly request: AuthorizationRequest }
  /** Bitbucket's own page: nobody is sent to an address that was not registered. */
  | { readonly kind: "page"; readonly text: string }
  | {
      readonly kind: "redirect";
      readonly to: string;
      readonly state: string | null;
      readonly error: string;
      readonly description: string;
    };

/** Parameters that have to be there, whatever they say. An empty scope counts as none. */
const required = ["client_id", "redirect_uri", "response_type", "scope"] as const;

export function judgeRequest({ world }: DataCenterContext, query: URLSearchParams): Verdict {
  const missing = required.find((name) => (query.get(name) ?? "").trim() === "");
  if (missing !== undefined) return page(`The parameter ${missing} is missing.`);
  const client = world.state.oauth2.clients.get(query.get("client_id") ?? "");
  if (client === undefined) return page("There is no application link with this client ID.");
  const redirectUri = query.get("redirect_uri") ?? "";
  if (!client.redirectUrls.includes(redirectUri))
    return page("The redirect URL of this request is none of those of the application link.");
  const state = query.get("state");
  const back = (error: string, description: string): Verdict => ({
    kind: "redirect",
    to: redirectUri,
    state,
    error,
    description,
  });
  if (query.get("response_type") !== "code")
    return back("unsupported_response_type", "Only the response type code is supported.");
  const scopes = [...new Set((query.get("scope") ?? "").trim().split(/\s+/))];
  const excess = scopes.filter((name) => !mayHave(client, name));
  if (excess.length > 0) return back("invalid_scope", `The client may not have: ${excess.join(" ")}`);
  const challenge = readChallenge(query);
  if (challenge === "unsupported")
    return back("invalid_request", "The code_challenge_method is not supported.");
  return { kind: "fine", request: { client, redirectUri, scopes, challenge, state } };
}

function page(text: string): Verdict {
  return { kind: "page", text };
}

function mayHave(client: OAuth2Client, name: string): boolean {
  const isLinkScope = linkScopes.some((scope) => scope === name);
  return isLinkScope && isDcScope(name) && (name === "PUBLIC_REPOS" || expandScopes(client.scopes).has(name));
}

/** RFC 7636; the method's name in any case, `plain` where it is missing. */
function readChallenge(query: URLSearchParams): OAuth2Code["challenge"] | "unsupported" {
  const value = query.get("code_challenge");
  if (value === null) return null;
  const method = (query.get("code_challenge_method") ?? "plain").toLowerCase();
  if (method === "plain") return { value, method };
  return method === "s256" ? { value, method: "S256" } : "unsupported";
}
