/** Owns reading what an OAuth 1.0a provider says is wrong: `oauth_problem` and what comes with it, in body or header. */
import type { Secret } from "../../base/secret.ts";
import { quoteForeign } from "../foreign-text.ts";
import { asList, asText, at, parseJson } from "../json.ts";

/** @see "OAuth Problem Reporting" (wiki.oauth.net/ProblemReporting), as Atlassian's provider speaks it */
export interface OAuthProblem {
  /** Such as `token_rejected`; quoted, as it may be anything. */
  readonly problem: string;
  /** The provider's own sentence. */
  readonly advice: string | null;
  /** Of `timestamp_refused`: the seconds since 1970 it takes. */
  readonly acceptable: { readonly from: number; readonly until: number } | null;
  /** Of `parameter_absent` and `parameter_rejected`: the names. */
  readonly parameters: readonly string[];
  /** Of `signature_invalid`: what the provider would have signed. Holds the token: compare it, never quote it. */
  readonly baseString: string | null;
}

/** The problem an answer names, or null. Either place may be missing, and the body anything at all. */
export function readProblem(
  headers: Headers,
  body: string,
  secrets: readonly Secret[] = [],
): OAuthProblem | null {
  const said = (name: string) => {
    const value = fromForm(body, name) ?? fromChallenge(headers, name);
    return value === null || value === "" ? null : value;
  };
  const quoted = (name: string) => {
    const value = said(name);
    return value === null ? null : quoteForeign(value, secrets);
  };
  const problem = quoted("oauth_problem");
  if (problem === null) return null;
  const names = quoted("oauth_parameters_absent") ?? quoted("oauth_parameters_rejected");
  return {
    problem,
    advice: quoted("oauth_problem_advice"),
    acceptable: readWindow(said("oauth_acceptable_timestamps")),
    parameters: (names ?? "").split(/[&\s]+/).filter((name) => name !== ""),
    baseString: said("oauth_signature_base_string"),
  };
}

function fromForm(body: string, name: string): string | null {
  return isPage(body) ? null : asForm(body).get(name);
}

/** No honest answer of these is longer, and what is read of it is looked through several times. */
const longestBody = 16_384;

/** A JSON body can only be read whole. */
const longestJson = 1_048_576;

function asForm(body: string): URLSearchParams {
  return new URLSearchParams(body.slice(0, longestBody).trim());
}

/** Its values are percent-encoded like those of the request's header (RFC 5849 section 3.5.1), and quoted. */
function fromChallenge(headers: Headers, name: string): string | null {
  const challenge = /(?:^|,\s*)OAuth\s+(.*)$/is.exec(headers.get("www-authenticate") ?? "")?.[1] ?? "";
  for (const [, found, quoted, bare] of challenge.matchAll(/([a-z_]+)\s*=\s*(?:"([^"]*)"|([^\s",]+))/gi)) {
    if (found === name) return decode(quoted ?? bare ?? "");
  }
  return null;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

const longestTimestamp = /^(\d{1,12})-(\d{1,12})$/;

function readWindow(value: string | null): OAuthProblem["acceptable"] {
  const [, from, until] = longestTimestamp.exec(value?.trim() ?? "") ?? [];
  return from === undefined || until === undefined ? null : { from: Number(from), until: Number(until) };
}

function isPage(body: string): boolean {
  return /^\s*</.test(body);
}

/**
 * The reason an answer without `oauth_problem` gives, short and fit for quoting, or null: the sentence of a JSON body, a
 * form's `oauth_error` or `error`, a page's title, or plain text. Nothing is quoted of a body with a token in it.
 */
export function readReason(body: string, secrets: readonly Secret[] = []): string | null {
  const start = body.slice(0, longestBody);
  const reason = isPage(start)
    ? pageTitle(start)
    : (jsonReason(body.length > longestJson ? "" : body) ?? formReason(start) ?? start);
  const quoted = quoteForeign(reason, secrets);
  return quoted === "" ? null : quoted;
}

function pageTitle(body: string): string {
  const title = /<title[^>]*>([^<]{1,1000})</i.exec(body)?.[1] ?? "";
  const heading = /<h1[^>]*>([^<]{1,1000})</i.exec(body)?.[1] ?? "";
  return title.trim() === "" ? heading : title;
}

/** Bitbucket's own REST layer lists `errors`; others say `error` or `message`. */
function jsonReason(body: string): string | null {
  const json = parseJson(body);
  if (json === undefined) return null;
  const [first] = asList(at(json, "errors"));
  const error = asText(at(json, "error", "message")) ?? asText(at(json, "error"));
  return asText(at(first, "message")) ?? error ?? asText(at(json, "message")) ?? "";
}

function formReason(body: string): string | null {
  const form = asForm(body);
  const holdsToken = form.has("oauth_token") || form.has("oauth_token_secret");
  return form.get("oauth_error") ?? form.get("error") ?? (holdsToken ? "" : null);
}
