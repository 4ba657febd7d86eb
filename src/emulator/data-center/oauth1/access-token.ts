/** Owns the last step of the dance and its renewal: an approved request token, or an old access token with its session, becomes a new access token. */
import { secretsEqual } from "../../core/entropy.ts";
import type { DataCenterContext } from "../context.ts";
import type { OAuth1AccessToken, OAuth1RequestToken } from "../state.ts";
import { isPast, issueAccessToken, requestTokenExpired } from "./issue.ts";
import { parameter, type SignedRequest } from "./parameters.ts";
import { absent, type OAuthProblem, problem } from "./problems.ts";
import { validate } from "./validate.ts";

/** What the token allows is judged before the signature, as Atlassian's provider does. */
export function answerAccessToken(
  context: DataCenterContext,
  request: SignedRequest,
): OAuth1AccessToken | OAuthProblem {
  const given = parameter(request, "oauth_token");
  if (given === undefined) return absent("oauth_token");
  const { requestTokens, accessTokens } = context.world.state.oauth1;
  const requestToken = requestTokens.get(given);
  if (requestToken !== undefined) return exchange(context, request, requestToken);
  const accessToken = accessTokens.get(given);
  return accessToken === undefined ? problem("token_rejected") : renew(context, request, accessToken);
}

function exchange(
  context: DataCenterContext,
  request: SignedRequest,
  token: OAuth1RequestToken,
): OAuth1AccessToken | OAuthProblem {
  const { decision } = token;
  if (requestTokenExpired(context, token)) return problem("token_expired");
  if (decision === null) return problem("permission_unknown");
  if (decision.kind === "denied") return problem("permission_denied");
  const { personId, verifier } = decision;
  const wrong =
    foreign(request, token) ??
    (verifier === null ? null : verifierProblem(request, verifier)) ??
    unsigned(context, request, token);
  if (wrong !== null) return wrong;
  context.world.state.oauth1.requestTokens.delete(token.token);
  return issueAccessToken(context, { consumerKey: token.consumerKey, personId });
}

function verifierProblem(request: SignedRequest, verifier: string): OAuthProblem | null {
  const sent = parameter(request, "oauth_verifier");
  if (sent === undefined) return absent("oauth_verifier");
  return secretsEqual(sent, verifier) ? null : problem("token_rejected");
}

function renew(
  context: DataCenterContext,
  request: SignedRequest,
  token: OAuth1AccessToken,
): OAuth1AccessToken | OAuthProblem {
  const handle = parameter(request, "oauth_session_handle");
  if (handle === undefined) return absent("oauth_session_handle");
  if (!secretsEqual(handle, token.sessionHandle)) return problem("token_rejected");
  if (isPast(context, token.sessionExpiresAt)) return problem("permission_denied");
  const wrong = foreign(request, token) ?? unsigned(context, request, token);
  if (wrong !== null) return wrong;
  context.world.state.oauth1.accessTokens.delete(token.token);
  return issueAccessToken(context, token);
}

function foreign(request: SignedRequest, token: { readonly consumerKey: string }): OAuthProblem | null {
  return parameter(request, "oauth_consumer_key") === token.consumerKey ? null : problem("token_rejected");
}

function unsigned(
  { world, rules, clock }: DataCenterContext,
  request: SignedRequest,
  { consumerKey }: { readonly consumerKey: string },
): OAuthProblem | null {
  const state = world.state.oauth1;
  const consumer = state.consumers.get(consumerKey);
  if (consumer === undefined) return problem("consumer_key_unknown");
  return validate({ state, rules, now: clock.now() }, request, consumer);
}
