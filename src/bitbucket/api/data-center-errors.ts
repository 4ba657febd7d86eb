/** Owns what error answers of Data Center and Server mean: `errors` with exceptions, pages, headers. */
import type { Clock } from "../../base/clock.ts";
import type { FailureDetails, WindlassError } from "../../base/errors.ts";
import type { Secret } from "../../base/secret.ts";
import { bitbucketErrors } from "../errors.ts";
import { quoteForeign } from "../foreign-text.ts";
import { asList, asText, at, parseJson } from "../json.ts";
import { oauthProblem } from "../oauth1/failure.ts";
import { readProblem } from "../oauth1/problem.ts";
import { retryAfterSeconds } from "../retry-after.ts";
import type { ApiAnswer } from "./errors.ts";

/** One entry of an `errors` body. Everything is foreign text, already fit for quoting. */
export interface DataCenterError {
  /** The field a validation is about. */
  readonly context: string | null;
  readonly message: string | null;
  /** The exception's class without its packages, which changed with the product's name: `NoSuchProjectException`. */
  readonly exception: string | null;
}

/** The entries of an `errors` body; none when the body is anything else. @see REST API, "Errors and validation" */
export function readDataCenterErrors(
  text: string,
  secrets: readonly Secret[] = [],
): readonly DataCenterError[] {
  const quote = (value: unknown) => {
    const words = asText(value);
    return words === null ? null : quoteForeign(words, secrets);
  };
  return asList(at(parseJson(text), "errors")).map((entry) => ({
    context: quote(at(entry, "context")),
    message: quote(at(entry, "message")),
    exception: quote(at(entry, "exceptionName"))?.split(".").at(-1) ?? null,
  }));
}

/** Seconds to wait after a 429 that does not say how long. @see "Improving instance stability with rate limiting" */
const defaultWaitSeconds = 5;

interface Refusal {
  readonly answer: ApiAnswer;
  readonly errors: readonly DataCenterError[];
  readonly details: FailureDetails;
}

/** Where the OAuth 1.0a provider's table puts its problems; its realm alone stands beside other refusals too. */
const mayNameProblem = new Set([400, 401, 403, 503]);

/** What is known of the request that was refused. */
export interface Sent {
  readonly clock: Clock;
  /** What went out and is not to be quoted back. */
  readonly secrets: readonly Secret[];
  readonly url: URL;
}

/** The failure that an answer other than a success stands for. */
export function dataCenterFailure(answer: ApiAnswer, sent: Sent): WindlassError {
  const { status, headers, text, path } = answer;
  const { clock, secrets } = sent;
  const problem = signatureProblem(answer, sent);
  if (problem !== null) return problem;
  const errors = readDataCenterErrors(text, secrets);
  const said = errors.find(({ message }) => message !== null)?.message ?? null;
  const exception = errors[0]?.exception ?? null;
  const wait = retryAfterSeconds(headers, clock) ?? (status === 429 ? defaultWaitSeconds : undefined);
  const details: FailureDetails = {
    detail: `${path}: ${status} ${said ?? "no message"}${exception === null ? "" : ` (${exception})`}`,
    data: { status, said, exception },
    ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
  };
  return byStatus({ answer, errors, details });
}

/** A request that was signed is refused in OAuth's words, which tell a wrong clock from a wrong key. */
function signatureProblem({ status, headers, text }: ApiAnswer, { clock, secrets, url }: Sent) {
  if (!mayNameProblem.has(status)) return null;
  const request = { method: "GET", url };
  return oauthProblem(headers, text, { status, secrets, request, sentAt: clock.now() });
}

function byStatus(refusal: Refusal): WindlassError {
  const { answer, details } = refusal;
  const { status } = answer;
  if (isCaptcha(answer)) return bitbucketErrors.fail("bitbucket.captcha", details);
  if (status === 429) return rateLimited(details);
  if (status >= 500) return bitbucketErrors.fail("bitbucket.unavailable", details);
  if (status === 401) return refused(refusal);
  if (status === 403 && /XSRF check failed/i.test(answer.text))
    return bitbucketErrors.fail("bitbucket.xsrf_check_failed", details);
  if (status === 403) return forbidden(refusal);
  if (status === 404) return notFound(refusal);
  if (status === 409) return withWords("bitbucket.conflict", "Bitbucket refused", refusal);
  if (status >= 400)
    return withWords("bitbucket.bad_request", "Bitbucket did not accept the request", refusal);
  return bitbucketErrors.fail("bitbucket.malformed_answer", details);
}

const captchaException = "CaptchaRequiredAuthenticationException";

/** Whether a login is refused until a browser has solved a CAPTCHA: whatever is tried before that counts as one more failure. */
export function isCaptcha({ status, headers, text }: Omit<ApiAnswer, "path">): boolean {
  if (status !== 401 && status !== 403) return false;
  if (/^CAPTCHA/i.test(headers.get("x-authentication-denied-reason") ?? "")) return true;
  return readDataCenterErrors(text).some(({ exception }) => exception === captchaException);
}

/**
 * Whether a 401 says that the credential was taken, but gives no right: then no other header of it helps. Bitbucket says 401
 * to both, and names the user it knows in a header.
 */
function isKnownCaller({ headers, text }: ApiAnswer): boolean {
  if ((headers.get("x-ausername") ?? "") !== "") return true;
  return readDataCenterErrors(text).some(({ exception }) => exception === "AuthorisationException");
}

/** Whether a 401 is worth a second try with a better credential: not where a clock, a key or a right is what is wrong. */
export function mayBeRepeated(answer: ApiAnswer): boolean {
  const { headers, text } = answer;
  if (isCaptcha(answer) || (headers.get("x-ausername") ?? "") !== "") return false;
  const problem = readProblem(headers, text)?.problem;
  return problem === undefined || problem.startsWith("token_");
}

function refused(refusal: Refusal): WindlassError {
  if (isKnownCaller(refusal.answer)) return forbidden(refusal);
  return bitbucketErrors.fail("bitbucket.unauthorized", refusal.details);
}

interface Right {
  readonly paths: RegExp;
  readonly required: string;
  readonly words: string;
}

/** The right that calls below a path need. @see REST API, each resource's "The authenticated user must have …" */
const rights: readonly Right[] = [
  { paths: /^\/projects\/[^/]+\/repos\//, required: "REPO_READ", words: "read this repository" },
  { paths: /^\/projects\/[^/]+/, required: "PROJECT_READ", words: "see this project" },
  { paths: /^\/users/, required: "PUBLIC_REPOS", words: "see people" },
];

function forbidden({ answer, details }: Refusal): WindlassError {
  const right = rights.find(({ paths }) => paths.test(answer.path));
  const data = { ...details.data, required: right === undefined ? [] : [right.required], granted: [] };
  if (right === undefined) return bitbucketErrors.fail("bitbucket.forbidden", { ...details, data });
  const { required, words } = right;
  return bitbucketErrors.fail("bitbucket.forbidden", {
    ...details,
    data,
    message: `Bitbucket does not let this account ${words}.`,
    cure: `Ask an administrator there for the right, and see that the credential's permissions include ${required}.`,
  });
}

/** What is missing, by the exception that says so. */
const missing: Readonly<Record<string, string>> = {
  NoSuchProjectException: "project",
  NoSuchRepositoryException: "repository",
  NoSuchCommitException: "commit",
  NoSuchPathException: "path",
  NoSuchUserException: "user",
  NoSuchPullRequestException: "pull request",
};

function notFound({ answer, errors, details }: Refusal): WindlassError {
  if (errors.length === 0 && isPage(answer)) return bitbucketErrors.fail("bitbucket.not_bitbucket", details);
  const exception = errors[0]?.exception ?? "";
  const what = Object.hasOwn(missing, exception) ? missing[exception] : undefined;
  const data = { ...details.data, missing: what ?? null };
  if (what === undefined) return bitbucketErrors.fail("bitbucket.not_found", { ...details, data });
  const message = `Bitbucket shows no such ${what} to this account: it is not there, or hidden.`;
  return bitbucketErrors.fail("bitbucket.not_found", { ...details, data, message });
}

/** The bucket fills by the second, unlike Cloud's, which counts an hour. */
function rateLimited(details: FailureDetails): WindlassError {
  const cure = "Wait some seconds; an administrator of Bitbucket can raise the limit for this account.";
  return bitbucketErrors.fail("bitbucket.rate_limited", { ...details, cure });
}

function withWords(
  code: "bitbucket.conflict" | "bitbucket.bad_request",
  lead: string,
  { errors, details }: Refusal,
): WindlassError {
  const problems = errors.flatMap(({ context, message }) => {
    if (message === null) return [];
    return context === null ? message : `${context}: ${message}`;
  });
  const fields = errors.map(({ context, message }) => ({ name: context ?? "", problem: message ?? "" }));
  const data = { ...details.data, fields };
  if (problems.length === 0) return bitbucketErrors.fail(code, { ...details, data });
  return bitbucketErrors.fail(code, { ...details, data, message: `${lead}: ${problems.join("; ")}` });
}

/** A success that cannot be read: a login page or a proxy's, or nonsense. */
export function unreadableAnswer(answer: ApiAnswer): WindlassError {
  const { path, status } = answer;
  if (isPage(answer)) {
    return bitbucketErrors.fail("bitbucket.login_page", { detail: `${path}: ${status} with an HTML page` });
  }
  return bitbucketErrors.fail("bitbucket.malformed_answer", { detail: `${path}: ${status} without JSON` });
}

/** Whether an answer is a page for people. */
export function isPage({ headers, text }: ApiAnswer): boolean {
  return /^\s*</.test(text) && (headers.get("content-type") ?? "").includes("html");
}
