/** Owns calling the REST API: authorizing by hook, one repeat after a 401, typed errors, JSON back. */
import { type Clock, systemClock } from "../../base/clock.ts";
import type { Fetch } from "../../base/http/door.ts";
import { Secret } from "../../base/secret.ts";
import { bitbucketErrors } from "../errors.ts";
import type { Instance, InstanceUrls } from "../instance.ts";
import { parseJson } from "../json.ts";
import { type Authorize, hasNothingBetter } from "./authorize.ts";
import { type ApiAnswer, apiFailure } from "./errors.ts";

/** Parameters of a call. A list repeats its name; undefined leaves it out. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** One request that is about to be sent. */
export interface ApiCall {
  /** Below the API's root, without the query. */
  readonly path: string;
  /** True for the one repeat after a 401: Bitbucket counts it like any other. */
  readonly repeated: boolean;
}

/** A client for one instance and one credential. Both methods resolve with parsed JSON nobody has judged yet. */
export interface Api {
  /** GET below the API's root, such as `/user`. Segments of the path are encoded by the caller ({@link segment}). */
  get(path: string, query?: Query): Promise<unknown>;
  /** GET a URL Bitbucket gave (`next`). Throws `bitbucket.foreign_page` unless it has the API's own origin and no user name. */
  url(next: string): Promise<unknown>;
}

export interface ApiOptions {
  readonly fetch: Fetch;
  readonly authorize: Authorize;
  /** Called, and waited for, before each request: to count it, or to throw instead of sending it. */
  readonly onCall?: ((call: ApiCall) => void | Promise<void>) | undefined;
  /** For a `Retry-After` that is a date. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

/** Where to call: an instance, or the API's root alone. */
export type ApiPlace =
  | { readonly instance: Pick<Instance, "ca"> & { readonly urls: Pick<InstanceUrls, "api"> } }
  | { readonly urls: Pick<InstanceUrls, "api"> };

/**
 * Makes a client. Its calls throw `bitbucket.unauthorized`, `.forbidden` (data: required, granted), `.not_found`, `.gone`,
 * `.rate_limited` (retryAfterSeconds when told), `.unavailable`, `.bad_request`, `.malformed_answer`, what the door throws
 * and what `authorize` throws.
 */
export function createApi(options: ApiOptions & ApiPlace): Api {
  const root = "instance" in options ? options.instance.urls.api : options.urls.api;
  const { origin, pathname } = new URL(root);
  const send = (url: URL) => call(options, url, url.pathname.slice(pathname.length));
  return {
    get: (path, query = {}) => send(withQuery(new URL(root + path), query)),
    async url(next) {
      const url = URL.parse(next);
      if (url?.origin !== origin || url.username !== "" || url.password !== "")
        throw bitbucketErrors.fail("bitbucket.foreign_page");
      return send(url);
    },
  };
}

/**
 * One segment of a path, encoded. Throws `bitbucket.bad_request` for what no encoding keeps in its place:
 * nothing, `.` and `..`.
 */
export function segment(value: string): string {
  if (value === "" || value === "." || value === "..") {
    const message = `“${value}” cannot be the name of anything at Bitbucket.`;
    throw bitbucketErrors.fail("bitbucket.bad_request", { message });
  }
  return encodeURIComponent(value);
}

function withQuery(url: URL, query: Query): URL {
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(item));
  }
  return url;
}

async function call(options: ApiOptions, url: URL, path: string): Promise<unknown> {
  const header = await options.authorize({ method: "GET", url });
  const first = await send(options, { url, path, header, repeated: false });
  if (first.status !== 401) return judge(options, first, [header]);
  const fresh = await betterHeader(options, url, { answer: first, rejected: header });
  const second = await send(options, { url, path, header: fresh, repeated: true });
  return judge(options, second, [header, fresh]);
}

async function betterHeader(
  options: ApiOptions,
  url: URL,
  { answer, rejected }: { readonly answer: ApiAnswer; readonly rejected: Secret },
): Promise<Secret> {
  try {
    return await options.authorize({ method: "GET", url, rejected });
  } catch (error) {
    throw hasNothingBetter(error) ? failure(options, answer, [rejected]) : error;
  }
}

interface Sending {
  readonly url: URL;
  readonly path: string;
  readonly header: Secret;
  readonly repeated: boolean;
}

async function send(options: ApiOptions, { url, path, header, repeated }: Sending): Promise<ApiAnswer> {
  await options.onCall?.({ path, repeated });
  const response = await options.fetch(url.href, {
    method: "GET",
    headers: { accept: "application/json", authorization: header.reveal(), "user-agent": "windlass" },
  });
  const text = await response.text();
  return {
    status: response.status,
    // Asked for only when the call failed.
    get headers() {
      return response.headers;
    },
    text,
    path,
  };
}

function judge(options: ApiOptions, answer: ApiAnswer, secrets: readonly Secret[]): unknown {
  if (answer.status < 200 || answer.status > 299) throw failure(options, answer, secrets);
  const body = parseJson(answer.text);
  if (body !== undefined) return body;
  const detail = `${answer.path}: ${answer.status} without JSON`;
  throw bitbucketErrors.fail("bitbucket.malformed_answer", { detail });
}

/** The header went out as `Bearer …`; what could come back is the token alone. */
function failure(options: ApiOptions, answer: ApiAnswer, headers: readonly Secret[]) {
  return apiFailure(answer, options.clock ?? systemClock(), headers.map(bareToken));
}

function bareToken(header: Secret): Secret {
  return new Secret(header.reveal().replace(/^\S+ /, ""));
}
