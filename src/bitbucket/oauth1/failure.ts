/** Owns what each `oauth_problem` means to the person or operator, and what to do about it. */
import type { FailureDetails, WindlassError } from "../../base/errors.ts";
import type { Secret } from "../../base/secret.ts";
import { bitbucketErrors } from "../errors.ts";
import { compareSides, type Disputed } from "./dispute.ts";
import { type OAuthProblem, readProblem } from "./problem.ts";

/** What was asked when the problem came up: the same word means different things. */
export type Stage = "request-token" | "access-token" | "renewal" | "call";

/** What is known of the request. All of it only makes the sentence better. */
export interface ProblemContext {
  /** Default `call`: a call of the REST API. */
  readonly stage?: Stage | undefined;
  /** By our clock: what the signature's timestamp was made of. */
  readonly sentAt?: Date | undefined;
  readonly request?: Disputed | undefined;
  readonly status?: number | undefined;
  /** What went out and is not to be quoted back. */
  readonly secrets?: readonly Secret[] | undefined;
}

type Code = keyof typeof bitbucketErrors.entries;

const codes = {
  version_rejected: "bitbucket.oauth1_version_rejected",
  parameter_absent: "bitbucket.oauth1_parameter_absent",
  parameter_rejected: "bitbucket.oauth1_parameter_rejected",
  timestamp_refused: "bitbucket.oauth1_timestamp_refused",
  signature_method_rejected: "bitbucket.oauth1_signature_method_rejected",
  nonce_used: "bitbucket.oauth1_nonce_used",
  token_used: "bitbucket.oauth1_token_used",
  token_expired: "bitbucket.oauth1_token_expired",
  token_revoked: "bitbucket.oauth1_token_revoked",
  token_rejected: "bitbucket.oauth1_token_rejected",
  token_not_authorized: "bitbucket.oauth1_token_not_authorized",
  signature_invalid: "bitbucket.oauth1_signature_invalid",
  consumer_key_unknown: "bitbucket.oauth1_consumer_key_unknown",
  consumer_key_rejected: "bitbucket.oauth1_consumer_key_rejected",
  consumer_key_refused: "bitbucket.oauth1_consumer_key_refused",
  additional_authorization_required: "bitbucket.oauth1_additional_authorization_required",
  permission_unknown: "bitbucket.oauth1_permission_unknown",
  permission_denied: "bitbucket.oauth1_permission_denied",
  user_refused: "bitbucket.oauth1_user_refused",
} as const satisfies Record<string, Code>;

type Known = keyof typeof codes;

/**
 * The failure that an answer's `oauth_problem` stands for, or null when it names none: from a form body or from
 * `WWW-Authenticate: OAuth`. `data.problem` holds the word as it came.
 */
export function oauthProblem(
  headers: Headers,
  body: string,
  context: ProblemContext = {},
): WindlassError | null {
  const problem = readProblem(headers, body, context.secrets);
  return problem === null ? null : problemFailure(problem, context);
}

function problemFailure(problem: OAuthProblem, context: ProblemContext): WindlassError {
  const { stage = "call", status } = context;
  const advice = problem.advice === null ? "" : ` (${problem.advice})`;
  const names = problem.parameters.join(", ");
  const base = {
    detail: `${stage}: ${status ?? ""} ${problem.problem}${advice}${names === "" ? "" : `: ${names}`}`,
    data: { problem: problem.problem, advice: problem.advice, stage },
  };
  const meant = atStage(problem.problem, stage);
  if (meant !== null) return bitbucketErrors.fail(meant.code, { ...base, ...meant.words });
  if (!isKnown(problem.problem)) return unknownProblem(problem, base);
  return bitbucketErrors.fail(codes[problem.problem], withFacts(problem, context, base));
}

function isKnown(problem: string): problem is Known {
  return Object.hasOwn(codes, problem);
}

function unknownProblem({ problem, advice }: OAuthProblem, base: FailureDetails) {
  const message = `Bitbucket refused with “${advice ?? problem}”.`;
  return bitbucketErrors.fail("bitbucket.oauth1_refused", { ...base, message });
}

interface Meaning {
  readonly code: Code;
  readonly words?: Pick<FailureDetails, "message" | "cure">;
}

const noLongerRenewed = new Set(["token_rejected", "token_expired", "token_revoked", "permission_denied"]);

const beginAgain = "Begin again from the start page, and choose “Allow” at Bitbucket within ten minutes.";

/** Where a word means something else than the catalogue says, because of what was asked. */
function atStage(problem: string, stage: Stage): Meaning | null {
  if (stage === "renewal") return noLongerRenewed.has(problem) ? { code: "bitbucket.refresh_refused" } : null;
  if (stage !== "access-token") return null;
  // A link of OAuth 1.0 tells only here that the person said no.
  if (problem === "permission_denied") return { code: "bitbucket.denied" };
  if (problem === "token_expired") {
    const message = "The trip to Bitbucket took too long: its request token has expired.";
    return { code: codes.token_expired, words: { message, cure: beginAgain } };
  }
  if (problem !== "token_rejected") return null;
  const message =
    "Bitbucket no longer knows this request: it was completed before, or the verifier is wrong.";
  return { code: codes.token_rejected, words: { message, cure: beginAgain } };
}

/** What the answer itself tells beyond the word. */
function withFacts(problem: OAuthProblem, context: ProblemContext, base: FailureDetails): FailureDetails {
  if (problem.problem === "timestamp_refused") return withClocks(problem, context, base);
  if (problem.problem === "signature_invalid") return withDispute(problem, context, base);
  if (problem.parameters.length === 0) return base;
  const data = { ...base.data, parameters: problem.parameters };
  const names = problem.parameters.join(", ");
  if (problem.problem === "parameter_absent")
    return { ...base, data, message: `Bitbucket misses a part of our signed request: ${names}.` };
  if (problem.parameters.includes("oauth_callback"))
    return {
      ...base,
      data,
      message: "Bitbucket does not accept the callback URL.",
      cure: "Set the public URL of Windlass to an absolute address with http(s)://.",
    };
  return { ...base, data, message: `Bitbucket does not accept a part of our signed request: ${names}.` };
}

/** The window lies around Bitbucket's own time, so its middle is that time. */
function withClocks({ acceptable }: OAuthProblem, { sentAt }: ProblemContext, base: FailureDetails) {
  if (acceptable === null) return base;
  const { from, until } = acceptable;
  const window = `${isoTime(from)} to ${isoTime(until)}`;
  const facts = { acceptableFrom: isoTime(from), acceptableUntil: isoTime(until) };
  if (sentAt === undefined) {
    return { ...base, data: { ...base.data, ...facts }, detail: `${base.detail}: takes ${window}` };
  }
  const skewSeconds = Math.round(sentAt.getTime() / 1000 - (from + until) / 2);
  const apart = `${duration(Math.abs(skewSeconds))} ${skewSeconds < 0 ? "behind" : "ahead of"}`;
  return {
    ...base,
    message: `Bitbucket refused the time of our request: the clock here is ${apart} Bitbucket's.`,
    detail: `${base.detail}: takes ${window}, sent at ${sentAt.toISOString()}`,
    data: { ...base.data, ...facts, ourTime: sentAt.toISOString(), skewSeconds },
  };
}

/** Foreign numbers of up to twelve digits stay within what a date can be. */
function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} seconds`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`;
  return `${Math.round(seconds / 3600)} hours`;
}

/** Bitbucket shows its own base string with some refusals: it tells a proxy from a wrong key. */
function withDispute(problem: OAuthProblem, { request }: ProblemContext, base: FailureDetails) {
  const { difference, theirs, ours } = compareSides(problem.baseString, request);
  const details = {
    ...base,
    data: { ...base.data, difference, theirs, ours },
    detail: `${base.detail}: differs in ${difference}${theirs === null ? "" : ` (Bitbucket: ${theirs}; we: ${ours})`}`,
  };
  if (difference === "unknown") return details;
  return { ...details, ...disputeWords[difference]({ theirs: theirs ?? "", ours: ours ?? "" }) };
}

type Words = (sides: { theirs: string; ours: string }) => Pick<FailureDetails, "message" | "cure">;

const disputeWords: Readonly<Record<"address" | "method" | "parameters" | "nothing", Words>> = {
  address: ({ theirs, ours }) => ({
    message: `Bitbucket takes our request for one to ${theirs}, but it was sent to ${ours}.`,
    cure:
      "Tell Bitbucket its public address (server.proxy-name, server.proxy-port, server.scheme, server.secure and the context " +
      "path in bitbucket.properties), or enter the base URL as Bitbucket sees it.",
  }),
  method: ({ theirs, ours }) => ({
    message: `Bitbucket received our ${ours} as ${theirs}.`,
    cure: "Something between here and Bitbucket changes requests: let it pass them unchanged.",
  }),
  parameters: ({ theirs, ours }) => ({
    message: `Bitbucket received other parameters (${theirs || "none"}) than were sent (${ours || "none"}).`,
    cure: "Something between here and Bitbucket changes the query: let it pass requests unchanged.",
  }),
  nothing: () => ({
    message:
      "Bitbucket saw our request as it was sent, so the application link's public key does not belong to our private key.",
    cure: "Copy the public key again, whole, into the application link's incoming authentication.",
  }),
};
