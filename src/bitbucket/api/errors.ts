/** Owns what the API's error answers mean, in every shape their bodies come in. */
import type { Clock } from "../../base/clock.ts";
import type { FailureDetails, WindlassError } from "../../base/errors.ts";
import type { Secret } from "../../base/secret.ts";
import { bitbucketErrors } from "../errors.ts";
import { quoteForeign } from "../foreign-text.ts";
import { asList, asObject, asText, asTexts, at, parseJson } from "../json.ts";
import { retryAfterSeconds } from "../retry-after.ts";
import { cloudScope, expandScopes } from "../scopes/catalogue.ts";

/** What an error body says, whatever its shape. Everything is foreign text, already fit for quoting. */
export interface ErrorBody {
  /** Bitbucket's sentence; null when it gave none. */
  readonly message: string | null;
  readonly detail: string | null;
  /** What is wrong with which field; the name is "" where only sentences were given. */
  readonly fields: readonly { readonly name: string; readonly problem: string }[];
  /** Of a 403: the scopes the endpoint wants and those the token has, as granted. */
  readonly required: readonly string[];
  readonly granted: readonly string[];
  /** Of a 410: the changelog entry. */
  readonly announcementUrl: string | null;
  /** Of a 404: the revisions that are unknown. */
  readonly shas: readonly string[];
}

/**
 * Reads an error body. Known shapes: `error` an object or a string; `detail` a string or an object; `fields` an object
 * of arrays or strings, or an array; `data` inside `error`, beside it, or both; HTML, plain text and nothing at all.
 */
export function readErrorBody(text: string, secrets: readonly Secret[] = []): ErrorBody {
  const quote = (value: unknown) => {
    const words = asText(value);
    return words === null ? null : quoteForeign(words, secrets);
  };
  const quoteAll = (values: unknown) => asTexts(values).map((value) => quoteForeign(value, secrets));
  const body = parseJson(text);
  const error = at(body, "error");
  const detail = at(error, "detail");
  const data = [at(error, "data"), at(body, "data")];
  const plain = body === undefined && !/^\s*</.test(text) ? text : null;
  return {
    message:
      quote(at(error, "message")) ?? quote(error) ?? quote(at(body, "error_description")) ?? quote(plain),
    detail: quote(detail),
    fields: readFields(at(error, "fields"), secrets),
    required: quoteAll(at(detail, "required")),
    granted: quoteAll(at(detail, "granted")),
    announcementUrl: quote(at(data[0], "announcement_url")) ?? quote(at(data[1], "announcement_url")),
    shas: data.flatMap((item) => quoteAll(at(item, "shas"))).filter((sha, i, all) => all.indexOf(sha) === i),
  };
}

function readFields(fields: unknown, secrets: readonly Secret[]): ErrorBody["fields"] {
  const pairs: [string, unknown][] = Array.isArray(fields)
    ? fields.map((problem) => ["", problem])
    : Object.entries(asObject(fields) ?? {});
  return pairs.flatMap(([name, value]) => {
    const problems = typeof value === "string" ? [value] : asTexts(asList(value));
    return problems.map((problem) => ({
      name: quoteForeign(name, secrets),
      problem: quoteForeign(problem, secrets),
    }));
  });
}

/** An answer of the API, read whole. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The path that was asked, without its query. */
  readonly path: string;
}

/** The failure that an answer other than a success stands for: its code by the status, its words by the body. */
export function apiFailure(answer: ApiAnswer, clock: Clock, secrets: readonly Secret[] = []): WindlassError {
  const { status, headers, path } = answer;
  const body = readErrorBody(answer.text, secrets);
  const said = body.message ?? "no message";
  const wait = retryAfterSeconds(headers, clock);
  const details: FailureDetails = {
    detail: `${path}: ${status} ${said}${body.detail === null ? "" : ` (${body.detail})`}`,
    data: { status, said: body.message },
    ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
  };
  if (status === 429) return bitbucketErrors.fail("bitbucket.rate_limited", details);
  if (status >= 500) return unavailable(status, details);
  if (status === 401) return unauthorized(body, details);
  if (status === 403) return forbidden(body, details);
  if (status === 404) return notFound(body, details);
  if (status === 410) return gone(body, details);
  if (status >= 400) return badRequest(body, details);
  return bitbucketErrors.fail("bitbucket.malformed_answer", details);
}

function unavailable(status: number, details: FailureDetails) {
  if (status !== 555) return bitbucketErrors.fail("bitbucket.unavailable", details);
  const message = "Bitbucket gave up on this: the change is too large for it to answer in time.";
  return bitbucketErrors.fail("bitbucket.unavailable", { ...details, message });
}

function unauthorized(body: ErrorBody, details: FailureDetails) {
  const expired = /^access token expired/i.test(body.message ?? "");
  const data = { ...details.data, expired };
  return bitbucketErrors.fail("bitbucket.unauthorized", { ...details, data });
}

/** Names the missing permission as it is ticked on the consumer, when Bitbucket says which one it is. */
function forbidden({ required, granted }: ErrorBody, details: FailureDetails) {
  const data = { ...details.data, required, granted };
  const usable = expandScopes(granted);
  const missing = required.filter((scope) => !usable.has(scope));
  if (missing.length === 0) return bitbucketErrors.fail("bitbucket.forbidden", { ...details, data });
  const names = missing.map(scopeWithTick).join(", ");
  return bitbucketErrors.fail("bitbucket.forbidden", {
    ...details,
    data,
    message: `Bitbucket refused: the permission ${names} was not granted.`,
    cure: `Tick ${names} on the OAuth consumer (Workspace settings → OAuth consumers → Edit), then grant access again.`,
  });
}

/** `email (“Account: Email”)`: the scope and the tick on the consumer's form that gives it. */
export function scopeWithTick(scope: string): string {
  const entry = cloudScope(scope);
  return entry === null ? `“${scope}”` : `${scope} (“${entry.tick}”)`;
}

function notFound({ shas }: ErrorBody, details: FailureDetails) {
  const data = shas.length === 0 ? details.data : { ...details.data, shas };
  return bitbucketErrors.fail("bitbucket.not_found", { ...details, data: data ?? {} });
}

function gone({ message, announcementUrl }: ErrorBody, details: FailureDetails) {
  const change = /CHANGE-\d+/.exec(message ?? "")?.[0] ?? null;
  const data = { ...details.data, change, announcementUrl };
  if (change === null) return bitbucketErrors.fail("bitbucket.gone", { ...details, data });
  const sentence = `Bitbucket has removed this function (${change} in its changelog).`;
  return bitbucketErrors.fail("bitbucket.gone", { ...details, data, message: sentence });
}

function badRequest({ message, fields }: ErrorBody, details: FailureDetails) {
  const problems = fields.map(({ name, problem }) => (name === "" ? problem : `${name}: ${problem}`));
  const words = problems.length > 0 ? problems.join("; ") : message;
  const data = { ...details.data, fields };
  if (words === null) return bitbucketErrors.fail("bitbucket.bad_request", { ...details, data });
  const sentence = `Bitbucket did not accept the request: ${words}`;
  return bitbucketErrors.fail("bitbucket.bad_request", { ...details, data, message: sentence });
}
