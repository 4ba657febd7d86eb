/** Owns the checks every signed request passes: doubled parameters, version, time, nonce, signature, in this order. */
import type { OAuth1Consumer, OAuth1State } from "../state.ts";
import { doubledParameter, parameter, type SignedRequest } from "./parameters.ts";
import { type OAuthProblem, problem } from "./problems.ts";
import { type SignatureRules, signatureProblem } from "./signature.ts";

export interface ValidationRules extends SignatureRules {
  /** How far a timestamp may be off, in seconds. */
  readonly timestampWindowSeconds: number;
}

export interface Validation {
  readonly state: Pick<OAuth1State, "nonces">;
  readonly rules: ValidationRules;
  readonly now: Date;
}

/** What is wrong with a signed request of this consumer; null: nothing. A nonce is spent even where the signature fails. */
export function validate(
  { state, rules, now }: Validation,
  request: SignedRequest,
  consumer: OAuth1Consumer,
): OAuthProblem | null {
  const doubled = doubledParameter(request);
  if (doubled !== undefined) return problem("parameter_rejected", ["oauth_parameters_rejected", doubled]);
  const version = parameter(request, "oauth_version");
  if (version !== undefined && version !== "1.0") return problem("version_rejected");
  return (
    absentProblem(request, ["oauth_timestamp", "oauth_nonce"]) ??
    timestampProblem(request, now, rules.timestampWindowSeconds) ??
    nonceProblem(state, request, now.getTime() / 1000 - rules.timestampWindowSeconds) ??
    absentProblem(request, ["oauth_signature_method", "oauth_signature"]) ??
    signatureProblem(request, consumer.publicKey, rules)
  );
}

function absentProblem(request: SignedRequest, names: readonly string[]): OAuthProblem | null {
  const missing = names.filter((name) => (parameter(request, name) ?? "") === "");
  if (missing.length === 0) return null;
  return problem("parameter_absent", ["oauth_parameters_absent", missing.join("&")]);
}

function timestampProblem(request: SignedRequest, now: Date, window: number): OAuthProblem | null {
  const text = parameter(request, "oauth_timestamp") ?? "";
  if (!/^\d{1,15}$/.test(text))
    return problem("parameter_rejected", ["oauth_parameters_rejected", "oauth_timestamp"]);
  const seconds = Math.floor(now.getTime() / 1000);
  const [earliest, latest] = [seconds - window, seconds + window];
  if (Number(text) >= earliest && Number(text) <= latest) return null;
  return problem("timestamp_refused", ["oauth_acceptable_timestamps", `${earliest}-${latest}`]);
}

/** Remembered with timestamp, consumer and token, as long as the timestamp itself would be taken. */
function nonceProblem(
  { nonces }: Validation["state"],
  request: SignedRequest,
  forgetBefore: number,
): OAuthProblem | null {
  for (const [used, timestamp] of nonces) {
    if (timestamp >= forgetBefore) break;
    nonces.delete(used);
  }
  const parts = ["oauth_timestamp", "oauth_nonce", "oauth_consumer_key", "oauth_token"];
  const nonce = JSON.stringify(parts.map((name) => parameter(request, name) ?? ""));
  if (nonces.has(nonce)) return problem("nonce_used");
  nonces.set(nonce, Number(parameter(request, "oauth_timestamp")));
  return null;
}
