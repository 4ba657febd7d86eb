/** Owns judging a signed call of the REST API: which person it acts for, or which problem it has. */
import type { DataCenterContext } from "../context.ts";
import { type DcPerson, mayLogIn, personById } from "../world.ts";
import { isPast } from "./issue.ts";
import { parameter, type SignedRequest } from "./parameters.ts";
import { type OAuthProblem, problem } from "./problems.ts";
import { validate } from "./validate.ts";

/** The person, null for a link that calls for itself (an empty token asks for two legs), or the problem. */
export function judgeCall(
  { world, rules, clock }: DataCenterContext,
  request: SignedRequest,
): { readonly person: DcPerson | null; readonly consumerKey: string } | OAuthProblem {
  const state = world.state.oauth1;
  const key = parameter(request, "oauth_consumer_key") ?? "";
  const given = parameter(request, "oauth_token") ?? "";
  const token = given === "" ? null : state.accessTokens.get(given);
  if (token === undefined || (token !== null && token.consumerKey !== key)) return problem("token_rejected");
  if (token !== null && isPast({ clock }, token.expiresAt)) return problem("token_expired");
  const consumer = state.consumers.get(key);
  if (consumer === undefined) return problem("consumer_key_unknown");
  const wrong = validate({ state, rules, now: clock.now() }, request, consumer);
  if (wrong !== null) return wrong;
  if (token === null)
    return consumer.twoLegged ? { person: null, consumerKey: key } : problem("permission_denied");
  const person = personById(world, token.personId);
  return person !== undefined && mayLogIn(person) ? { person, consumerKey: key } : problem("token_rejected");
}
