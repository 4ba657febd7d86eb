/** Owns what the API's error answers mean, in every shape their bodies come in. */
import type { Clock } from "../../base/clock.ts";
import type { FailureDetails, WindlassError } from "../../base/errors.ts";
import type { Secret } from "../../base/secret.ts";
import { bitbucketErrors } from "../errors.ts";
import { quoteForeign } from "../foreign-text.ts";
import { asList, asObject, asText, asTexts, at, parseJson } from "../json.ts";
import { resetSeconds, retryAfterSeconds, whenToTry } from "../retry-after.ts";
import { cloudScope, expandScopes, listOf } from "../scopes/catalogue.ts";

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
  const wait = retryAfterSeconds(headers, clock) ?? (status === 429 ? resetSeconds(headers) : undefined);
  const details: FailureDetails = {
    detail: `${path}: ${status} ${said}${body.detail === null ? "" : ` (${body.detail})`}`,
    data: { status, said: body.message },
    ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
    ...(wait === undefined || (status !== 429 && status < 500) ? {} : { cure: whenToTry(wait, clock.now()) }),
  };
  if (status === 429) return bitbucketErrors.fail("bitbucket.rate_limited", details);
  if (status >= 500) return unavailable(status, details);
  if (status === 401) return unauthorized(body, details);
  if (status === 403) return forbidden(body, details);
  if (status === 404) return notFound(body, path, details);
  if (status === 410) return gone(body, details);
  if (status === 402) return bitbucketErrors.fail("bitbucket.payment_required", details);
  if (status === 409) return withWords("bitbucket.conflict", "Bitbucket refused", body, details);
  if (status >= 400) return badRequest(status, body, details);
  return bitbucketErrors.fail("bitbucket.malformed_answer", details);
}

function unavailable(status: number, details: FailureDetails) {
  if (status !== 555) return bitbucketErrors.fail("bitbucket.unavailable", details);
  const message = "Bitbucket gave up on this: the change is too large for it to answer in time.";
  const cure = "Try again in a few minutes, or ask for less at once: fewer commits, or one file.";
  return bitbucketErrors.fail("bitbucket.unavailable", { cure, ...details, message });
}

/** What a 401's words say of the credential, and what to do then. Anything else is told by the catalogue. */
const refusedCredentials = [
  {
    reason: "expired",
    words: /^access token expired/i,
    message: "The access token for Bitbucket has expired.",
    cure: "Renew it with its refresh token; where that fails, authorize again at Bitbucket.",
  },
  {
    reason: "no-scopes",
    words: /has no bitbucket scopes/i,
    message: "This API token has no scopes for Bitbucket.",
    cure: "Make a new API token “with scopes” and choose Bitbucket as its app: those of a token cannot be changed later.",
  },
  {
    reason: "login",
    words: /^invalid credentials/i,
    message: "Bitbucket does not accept this login and secret.",
    cure: "Enter the e-mail address of the Atlassian account with an API token that has not expired. App passwords are gone since 28 July 2026, and an OAuth consumer's key and secret do not open the API.",
  },
] as const;

function unauthorized({ message: said }: ErrorBody, details: FailureDetails) {
  const known = refusedCredentials.find(({ words }) => words.test(said ?? ""));
  const data = { ...details.data, expired: known?.reason === "expired", reason: known?.reason ?? null };
  if (known === undefined) return bitbucketErrors.fail("bitbucket.unauthorized", { ...details, data });
  const { message, cure } = known;
  return bitbucketErrors.fail("bitbucket.unauthorized", { ...details, data, message, cure });
}

/** Names the missing permission as it is ticked, when Bitbucket says which one it is, beside all it wants and all that is granted. */
function forbidden({ required, granted }: ErrorBody, details: FailureDetails) {
  const data = { ...details.data, required, granted };
  const missing = required.filter((scope) => !expandScopes(granted, listOf(scope)).has(scope));
  if (missing.length === 0) return bitbucketErrors.fail("bitbucket.forbidden", { ...details, data });
  const names = missing.map(scopeWithTick).join(", ");
  const had = granted.length === 0 ? "none is granted" : `granted: ${granted.join(", ")}`;
  return bitbucketErrors.fail("bitbucket.forbidden", {
    ...details,
    data,
    message: `Bitbucket refused: the permission ${names} was not granted (required: ${required.join(", ")}; ${had}).`,
    cure: missing.some((scope) => listOf(scope) === "api-token")
      ? `Make a new API token with ${names}: the scopes of a token cannot be changed later.`
      : `Tick ${names} on the OAuth consumer (Workspace settings → OAuth consumers → Edit), then grant access again; an access token has to be made anew.`,
  });
}

/** `email (“Account: Email”)`: the scope and the tick on the consumer's form that gives it. */
export function scopeWithTick(scope: string): string {
  const entry = cloudScope(scope);
  return entry === null ? `“${scope}”` : `${scope} (“${entry.tick}”)`;
}

interface Missing {
  readonly missing: "address" | "commit" | "path" | "repository" | "workspace";
  readonly message: string;
  readonly cure?: string;
}

function notFound(body: ErrorBody, path: string, details: FailureDetails) {
  const { missing = null, ...words } = whatIsMissing(body, path) ?? {};
  const shas = body.shas.length === 0 ? {} : { shas: body.shas };
  const data = { ...details.data, ...shas, missing };
  return bitbucketErrors.fail("bitbucket.not_found", { ...details, ...words, data });
}

/** Bitbucket's sentence tells what it did not find, the path which one. Null when neither does. */
function whatIsMissing({ message, detail, shas }: ErrorBody, path: string): Missing | null {
  const said = message ?? "";
  if (shas.length > 0 || /^commit not found/i.test(said)) return missingCommit(shas);
  if (/no api hosted at this url/i.test(`${said} ${detail ?? ""}`)) {
    const cure =
      "Check that urls.api of the configuration is Bitbucket's; if it is, Bitbucket has removed this function.";
    return { missing: "address", message: `Bitbucket's API has nothing at ${path}.`, cure };
  }
  const file = /^no such file or directory: (.*)$/i.exec(said)?.[1];
  if (file !== undefined) {
    const cure = "Check the path and the branch: the file may have been moved or deleted there.";
    return { missing: "path", message: `Bitbucket knows no file ${file} there.`, cure };
  }
  if (/^no workspace with identifier/i.test(said)) return missingWorkspace(said);
  return /access to this repository|^repository .* not found/i.test(said) ? missingRepository(path) : null;
}

function missingCommit(shas: readonly string[]): Missing {
  const message = `Bitbucket knows no commit, branch or tag ${shas.join(", ")} in this repository.`.replace(
    "  ",
    " ",
  );
  const cure = "Check its name: it may have been deleted or renamed.";
  return { missing: "commit", message, cure };
}

function missingWorkspace(said: string): Missing {
  const name = /'([^']+)'/.exec(said)?.[1];
  const message = `Bitbucket shows no workspace ${name === undefined ? "of this name" : `“${name}”`} to this account.`;
  const cure =
    "Enter the workspace's slug as it stands in its address, and see that this account is a member.";
  return { missing: "workspace", message, cure };
}

/** A uuid in the path says nothing to people. */
function missingRepository(path: string): Missing {
  const [, workspace = "", slug = ""] = /^\/repositories\/([^/%]+)\/([^/%]+)/.exec(path) ?? [];
  const which = slug === "" ? "such repository" : `repository ${workspace}/${slug}`;
  const message = `Bitbucket shows no ${which} to this account: it is not there, was moved or renamed, or is hidden.`;
  return { missing: "repository", message };
}

const changelog = "https://developer.atlassian.com/cloud/bitbucket/changelog";

function gone({ message, announcementUrl }: ErrorBody, details: FailureDetails) {
  const change = /CHANGE-\d+/.exec(message ?? "")?.[0] ?? null;
  const data = { ...details.data, change, announcementUrl };
  if (change === null) return bitbucketErrors.fail("bitbucket.gone", { ...details, data });
  return bitbucketErrors.fail("bitbucket.gone", {
    ...details,
    data,
    message: `Bitbucket has removed this function (${change} in its changelog).`,
    cure: `Enter by hand what was to be looked up; what changed is told at ${changelog}#${change}.`,
  });
}

/** Statuses that say it all, whatever the body. */
const requestProblems: Readonly<Record<number, { readonly message: string; readonly cure: string }>> = {
  411: {
    message: "Bitbucket wants to be told how long the request is.",
    cure: "Check that a proxy on the way does not take out the Content-Length header.",
  },
  416: {
    message: "The part of the file that was asked for lies beyond its end.",
    cure: "Ask for the file from its beginning.",
  },
};

function badRequest(status: number, body: ErrorBody, details: FailureDetails) {
  const words = requestProblems[status];
  if (words === undefined)
    return withWords("bitbucket.bad_request", "Bitbucket did not accept the request", body, details);
  return bitbucketErrors.fail("bitbucket.bad_request", { ...details, ...words });
}

function withWords(
  code: "bitbucket.bad_request" | "bitbucket.conflict",
  lead: string,
  { message, fields }: ErrorBody,
  details: FailureDetails,
) {
  const problems = fields.map(({ name, problem }) => (name === "" ? problem : `${name}: ${problem}`));
  const words = problems.length > 0 ? problems.join("; ") : message;
  const data = { ...details.data, fields };
  if (words === null) return bitbucketErrors.fail(code, { ...details, data });
  return bitbucketErrors.fail(code, { ...details, data, message: `${lead}: ${words}` });
}
