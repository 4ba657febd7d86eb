/** Owns the answers of the API that are not data: the error envelope with Bitbucket's own sentences, and links. */
import { responseOfText } from "../core/known-text.ts";

interface ErrorBody {
  readonly message: string;
  readonly detail?: unknown;
  readonly fields?: unknown;
  readonly data?: unknown;
}

/** JSON as Bitbucket sends it. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return responseOfText(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/json", ...headers },
  });
}

/** `{"type":"error","error":{…}}`; `data` is doubled beside `error`, as seen live on 404 and 410. */
export function apiError(status: number, error: ErrorBody, headers: Record<string, string> = {}): Response {
  const doubled = error.data === undefined ? {} : { data: error.data };
  return json({ type: "error", error, ...doubled }, status, headers);
}

export function badRequest(message: string, fields?: Record<string, readonly string[]>): Response {
  return apiError(400, fields === undefined ? { message } : { message, fields });
}

export const invalidPagelen = () => badRequest("Invalid pagelen");
export const invalidPage = () => badRequest("Invalid page");

/** A repository that is hidden from the caller or absent: the two are not told apart. */
export function repositoryNotFound(): Response {
  return apiError(404, {
    message:
      "You may not have access to this repository or it no longer exists in this workspace. If you think this repository exists and you have access, make sure you are authenticated.",
  });
}

export function workspaceNotFound(handle: string): Response {
  return apiError(404, { message: `No workspace with identifier '${handle}'.` });
}

/** An unknown branch, tag or hash. */
export function commitNotFound(...revisions: readonly string[]): Response {
  return apiError(404, { message: "Commit not found", data: { shas: revisions } });
}

export function fileNotFound(path: string): Response {
  return apiError(404, { message: `No such file or directory: ${path}` });
}

/** No API under this URL. */
export function resourceNotFound(): Response {
  return apiError(404, {
    message: "Resource not found",
    detail:
      "There is no API hosted at this URL.\n\nFor information about our API's, please refer to the documentation at: https://developer.atlassian.com/bitbucket/api/2/reference/",
  });
}

/** No right, or a path without `/2.0`. */
export function forbidden(): Response {
  return apiError(403, { message: "Forbidden" });
}

/** `granted` as on the token, not expanded by implication. */
export function forbiddenScope(required: readonly string[], granted: readonly string[]): Response {
  return apiError(403, {
    message: "Your credentials lack one or more required privilege scopes.",
    detail: { required, granted },
  });
}

/** A call removed by CHANGE-2770. */
export function gone(): Response {
  return apiError(410, {
    message: "CHANGE-2770 - Functionality has been deprecated",
    detail: "Please read the changelog entry for more details.",
    data: { announcement_url: "https://developer.atlassian.com/cloud/bitbucket/changelog#CHANGE-2770" },
  });
}

export function tokenExpired(): Response {
  return apiError(401, {
    message: "Access token expired. Use your refresh token to obtain a new access token.",
  });
}

const unsupportedTokenSentence = "Token is invalid, expired, or not supported for this endpoint.";

/** `challenge`: whether WWW-Authenticate goes with it. */
export function unauthorized(challenge: boolean, message = unsupportedTokenSentence): Response {
  const headers = { "WWW-Authenticate": "BitbucketCustom realm=Bitbucket.org HTTP" };
  return apiError(401, { message }, challenge ? headers : {});
}

export function invalidCredentials(): Response {
  return apiError(
    401,
    { message: "Invalid credentials." },
    { "WWW-Authenticate": 'Basic realm="Bitbucket.org HTTP"' },
  );
}

export const rateLimitSentence = "Rate limit for this resource has been exceeded";

export function rateLimited(): Response {
  return apiError(429, { message: rateLimitSentence });
}

/** What Bitbucket does and this emulator does not: 501 is no answer of Bitbucket's, so that nobody takes it for one. */
export function notPlayed(what: string): Response {
  return apiError(501, {
    message: `The emulator does not play ${what}. Bitbucket does: see "What is not emulated" in docs/emulator.md.`,
  });
}

/** Non-standard status for a diff that took too long. */
export function diffTimedOut(): Response {
  return apiError(555, { message: "The request timed out." });
}

/** `{uuid}`, as JSON carries it. */
export function braced(uuid: string): string {
  return `{${uuid}}`;
}

/** `%7Buuid%7D`, as links carry it. */
export function bracedInPath(uuid: string): string {
  return `%7B${uuid}%7D`;
}

/** `2012-07-25T04:53:41.525000+00:00`: offset instead of Z, with microseconds. */
export function timestamp(date: Date): string {
  return date.toISOString().replace(/(\.\d{3})Z$/, "$1000+00:00");
}
