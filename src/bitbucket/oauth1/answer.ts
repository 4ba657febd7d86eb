/** Owns judging what the token endpoints of OAuth 1.0a answer: tokens as a form, or a no in whatever shape it comes. */
import type { Clock } from "../../base/clock.ts";
import type { FailureDetails } from "../../base/errors.ts";
import { Secret } from "../../base/secret.ts";
import { bitbucketErrors } from "../errors.ts";
import { retryAfterSeconds } from "../retry-after.ts";
import { oauthProblem, type ProblemContext, type Stage } from "./failure.ts";
import { readReason } from "./problem.ts";

/** An answer, read whole. */
export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What was asked. */
export interface Asked extends ProblemContext {
  readonly stage: Stage;
  readonly sentAt: Date;
  readonly secrets: readonly Secret[];
  readonly clock: Clock;
}

/** Everything a token endpoint may give. */
export interface OAuth1Answer {
  readonly token: Secret;
  readonly tokenSecret: Secret;
  readonly callbackConfirmed: boolean;
  readonly sessionHandle: Secret | null;
  readonly expiresAt: Date | null;
  readonly sessionExpiresAt: Date | null;
}

/** Throws as `requestToken` says. A problem counts whatever the status: proxies have been seen to change it. */
export function readTokenAnswer(received: Received, asked: Asked): OAuth1Answer {
  const { status, headers, text } = received;
  const problem = oauthProblem(headers, text, { ...asked, status });
  if (problem !== null) throw problem;
  if (status < 200 || status > 299) throw refusal(received, asked);
  const form = new URLSearchParams(text.length > longestAnswer ? "" : text.trim());
  const token = one(form, "oauth_token");
  if (token === null) throw noToken(received, asked);
  return {
    token: new Secret(token),
    tokenSecret: new Secret(one(form, "oauth_token_secret") ?? ""),
    callbackConfirmed: one(form, "oauth_callback_confirmed") === "true",
    sessionHandle: optionalSecret(one(form, "oauth_session_handle")),
    expiresAt: after(asked.sentAt, one(form, "oauth_expires_in")),
    sessionExpiresAt: after(asked.sentAt, one(form, "oauth_authorization_expires_in")),
  };
}

/** Three tokens at their longest and what stands beside them; taking apart megabytes of parameters takes minutes. */
const longestAnswer = 16_384;

/** What can be a token: printable, without spaces, and short enough to travel in a header. */
const shape = /^[\x21-\x7e]{1,2048}$/;

/** The value of that name, or null: also when it is there twice, so that nobody chooses between two. */
function one(form: URLSearchParams, name: string): string | null {
  const [value, ...more] = form.getAll(name);
  return value !== undefined && more.length === 0 && shape.test(value) ? value : null;
}

function optionalSecret(value: string | null): Secret | null {
  return value === null ? null : new Secret(value);
}

/** Null for what is no number of seconds: 0 or less would mean that nothing was given. */
function after(start: Date, seconds: string | null): Date | null {
  if (seconds === null || !/^[1-9]\d{0,10}$/.test(seconds)) return null;
  return new Date(start.getTime() + Number(seconds) * 1000);
}

const wanted: Readonly<Record<Stage, string>> = {
  "request-token": "a request token",
  "access-token": "an access token",
  renewal: "a renewed access token",
  call: "an answer",
};

function refusal({ status, headers, text }: Received, asked: Asked) {
  const { stage, secrets, clock } = asked;
  const said = readReason(text, secrets);
  const wait = retryAfterSeconds(headers, clock);
  const message = `Bitbucket did not give ${wanted[stage]} (status ${status})${said === null ? "." : `: “${said}”`}`;
  const details: FailureDetails = {
    message,
    detail: `${stage}: ${status} ${said ?? "without a reason"}`,
    data: { status, said, stage },
    ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
  };
  if (status === 429) return bitbucketErrors.fail("bitbucket.rate_limited", details);
  if (status >= 500) return bitbucketErrors.fail("bitbucket.unavailable", details);
  if (status === 404 || status === 405) return bitbucketErrors.fail("bitbucket.oauth1_not_offered", details);
  return bitbucketErrors.fail("bitbucket.oauth1_refused", details);
}

function noToken({ status, text }: Received, { stage, secrets }: Asked) {
  const said = readReason(text, secrets);
  const detail = `${stage}: ${status} without one usable oauth_token: ${said ?? "nothing to quote"}`;
  const message = `Bitbucket answered without ${wanted[stage]}${said === null ? "." : `: “${said}”`}`;
  return bitbucketErrors.fail("bitbucket.oauth1_no_token", {
    message,
    detail,
    data: { status, said, stage },
  });
}
