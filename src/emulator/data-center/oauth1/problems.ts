/** Owns what goes wrong in OAuth 1: the problems by name, their statuses, and the answer that tells them (OAuth Problem Reporting). */
import { percentEncoded } from "./base-string.ts";
import type { Parameter } from "./parameters.ts";

const statuses = {
  version_rejected: 400,
  parameter_absent: 400,
  parameter_rejected: 400,
  timestamp_refused: 400,
  signature_method_rejected: 400,
  nonce_used: 401,
  token_used: 401,
  token_expired: 401,
  token_rejected: 401,
  signature_invalid: 401,
  consumer_key_unknown: 401,
  permission_unknown: 401,
  permission_denied: 401,
} as const;

export type ProblemName = keyof typeof statuses;

export interface OAuthProblem {
  readonly name: ProblemName;
  /** Goes with it, such as `oauth_parameters_absent`. */
  readonly extra: readonly Parameter[];
}

export function problem(name: ProblemName, ...extra: readonly Parameter[]): OAuthProblem {
  return { name, extra };
}

export const absent = (name: string) => problem("parameter_absent", ["oauth_parameters_absent", name]);

export function problemStatus({ name }: OAuthProblem): number {
  return statuses[name];
}

/** A form as the body; {@link problemChallenge} says it once more. Calls that are no part of the dance answer 401 whatever it is. */
export function problemAnswer(
  what: OAuthProblem,
  realm: string,
  status: number = problemStatus(what),
): Response {
  const body = encodedForm([["oauth_problem", what.name], ...what.extra]);
  return new Response(body, {
    status,
    headers: {
      "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8",
      "WWW-Authenticate": problemChallenge(what, realm),
    },
  });
}

/** `OAuth realm="…", oauth_problem="…"` and what goes with it. `realm` is a URL: the request's at a token endpoint, else the base URL. */
export function problemChallenge(what: OAuthProblem, realm: string): string {
  const pairs: readonly Parameter[] = [["realm", realm], ["oauth_problem", what.name], ...what.extra];
  return `OAuth ${pairs.map(([name, value]) => `${name}="${percentEncoded(value)}"`).join(", ")}`;
}

/** A form with spaces as `%20`, as the token endpoints send it. */
export function encodedForm(pairs: readonly Parameter[]): string {
  return pairs.map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`).join("&");
}
