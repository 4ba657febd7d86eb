/** Owns the first step of the dance: a signed request becomes a request token. */
import type { DataCenterContext } from "../context.ts";
import type { OAuth1RequestToken } from "../state.ts";
import { issueRequestToken } from "./issue.ts";
import { parameter, type SignedRequest } from "./parameters.ts";
import { absent, type OAuthProblem, problem } from "./problems.ts";
import { validate } from "./validate.ts";

/** Key, link, its permission, signature, callback: in this order. Without `oauth_callback` it is a token of OAuth 1.0. */
export function answerRequestToken(
  context: DataCenterContext,
  request: SignedRequest,
): OAuth1RequestToken | OAuthProblem {
  const state = context.world.state.oauth1;
  const key = parameter(request, "oauth_consumer_key");
  if (key === undefined) return absent("oauth_consumer_key");
  const consumer = state.consumers.get(key);
  if (consumer === undefined) return problem("consumer_key_unknown");
  if (!consumer.threeLegged) return problem("permission_denied");
  const wrong = validate({ state, rules: context.rules, now: context.clock.now() }, request, consumer);
  if (wrong !== null) return wrong;
  const callback = parameter(request, "oauth_callback") ?? null;
  if (callback !== null && callback !== "oob" && !isWebAddress(callback))
    return problem(
      "parameter_rejected",
      ["oauth_parameters_rejected", "oauth_callback"],
      ["oauth_problem_advice", "The callback has to be oob or an absolute URI of http or https."],
    );
  return issueRequestToken(context, consumer, callback);
}

/** Absolute, http or https. */
export function isWebAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}
