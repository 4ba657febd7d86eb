/** Owns calling the REST API: authorizing by hook, one repeat after a 401, typed errors, JSON back. */
import { type Clock, systemClock } from "../../base/clock.ts";
import type { Fetch } from "../../base/http/door.ts";
import { Secret } from "../../base/secret.ts";
import { bitbucketErrors } from "../errors.ts";
import type { Instance, InstanceUrls } from "../instance.ts";
import { parseJson } from "../json.ts";
import { secretsInHeader } from "../oauth1/sign.ts";
import { type Authorize, hasNothingBetter } from "./authorize.ts";
import { type Dialect, dialectOf } from "./dialect.ts";
import type { ApiAnswer } from "./errors.ts";

/** Parameters of a call. A list repeats its name; undefined leaves it out. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** One request that is about to be sent. */
export interface ApiCall {
  /** Below the API's root, without the query. */
  readonly path: string;
  /** True for the one repeat after a 401: Bitbucket counts it like any other. */
  readonly repeated: boolean;
}

/** A client for one instance and one credential. It only reads; what it gives, nobody has judged yet. */
export interface Api {
  /** GET below the API's root, such as `/user`. Segments of the path are encoded by the caller ({@link segment}). */
  get(path: string, query?: Query): Promise<unknown>;
  /** The same as text, such as git's diff. `accept` is the media type asked for; default `text/plain`. */
  text(path: string, query?: Query, options?: { readonly accept?: string | undefined }): Promise<string>;
  /** The same as JSON, whole, for who needs its headers or status: its text may be empty (204). */
  answer(path: string, query?: Query): Promise<ApiAnswer>;
  /** GET a URL Bitbucket gave (`next`). Throws `bitbucket.foreign_page` unless it has the API's own origin and no user name. */
  url(next: string): Promise<unknown>;
}

export interface ApiOptions {
  readonly fetch: Fetch;
  readonly authorize: Authorize;
  /** Called, and waited for, before each request: to count it, or to throw instead of sending it. */
  readonly onCall?: ((call: ApiCall) => void | Promise<void>) | undefined;
  /** Told of the headers of each answer, whatever its status, for what stands in them alone. Left out, none are looked at. */
  readonly onAnswer?: ((headers: Headers) => void) | undefined;
  /** For a `Retry-After` that is a date. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

/** Where to call: an instance, or the root of a Cloud's API alone. */
export type ApiPlace =
  | {
      readonly instance: Pick<Instance, "ca" | "product"> &
        Partial<Pick<Instance, "isConfigured">> & { readonly urls: Pick<InstanceUrls, "api"> };
    }
  | { readonly urls: Pick<InstanceUrls, "api"> };

/**
 * Makes a client. Its calls throw `bitbucket.unauthorized`, `.forbidden` (data: required, granted), `.not_found`, `.gone`,
 * `.rate_limited` (retryAfterSeconds when told), `.unavailable`, `.bad_request`, `.malformed_answer`, what the door throws
 * and what `authorize` throws; a self-hosted Bitbucket's also `.captcha`, `.login_page`, `.not_bitbucket`, `.conflict`,
 * `.xsrf_check_failed` and `bitbucket.oauth1_…`.
 */
export function createApi(options: ApiOptions & ApiPlace): Api {
  const caller = callerOf(options);
  const { origin, pathname } = new URL(caller.root);
  const ask = (url: URL, accept = "application/json") =>
    call(caller, { url, path: url.pathname.slice(pathname.length), accept });
  const below = (path: string, query: Query = {}) => withQuery(new URL(caller.root + path), query);
  return {
    get: async (path, query) => readJson(caller, await ask(below(path, query))),
    text: async (path, query, { accept = "text/plain" } = {}) =>
      readText(caller, await ask(below(path, query), accept)),
    answer: (path, query) => ask(below(path, query)),
    async url(next) {
      const url = URL.parse(next);
      if (url?.origin !== origin || url.username !== "" || url.password !== "")
        throw bitbucketErrors.fail("bitbucket.foreign_page");
      return readJson(caller, await ask(url));
    },
  };
}

/** The options with what they mean for this place. */
interface Caller extends ApiOptions {
  readonly root: string;
  readonly ca: string | null;
  readonly isConfigured: boolean;
  readonly dialect: Dialect;
}

function callerOf(options: ApiOptions & ApiPlace): Caller {
  const place =
    "instance" in options
      ? options.instance
      : { ...options, ca: null, product: "cloud" as const, isConfigured: false };
  const { fetch, authorize, onCall, onAnswer, clock } = options;
  const { ca, product, urls, isConfigured = false } = place;
  const dialect = dialectOf(product);
  return { fetch, authorize, onCall, onAnswer, clock, root: urls.api, ca, isConfigured, dialect };
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

/** What is to be asked. */
interface Question {
  readonly url: URL;
  readonly path: string;
  readonly accept: string;
}

async function call(caller: Caller, question: Question): Promise<ApiAnswer> {
  const { url } = question;
  const header = await caller.authorize({ method: "GET", url });
  const first = await send(caller, question, { header, repeated: false });
  if (first.status !== 401 || !caller.dialect.mayBeRepeated(first))
    return judge(caller, first, { url, headers: [header] });
  const fresh = await betterHeader(caller, url, { answer: first, rejected: header });
  const second = await send(caller, question, { header: fresh, repeated: true });
  return judge(caller, second, { url, headers: [header, fresh] });
}

async function betterHeader(
  caller: Caller,
  url: URL,
  { answer, rejected }: { readonly answer: ApiAnswer; readonly rejected: Secret },
): Promise<Secret> {
  try {
    return await caller.authorize({ method: "GET", url, rejected });
  } catch (error) {
    throw hasNothingBetter(error) ? failure(caller, answer, { url, headers: [rejected] }) : error;
  }
}

async function send(
  caller: Caller,
  { url, path, accept }: Question,
  { header, repeated }: { readonly header: Secret; readonly repeated: boolean },
): Promise<ApiAnswer> {
  await caller.onCall?.({ path, repeated });
  const headers = { accept, authorization: header.reveal(), "user-agent": "windlass" };
  const response = await fetchFrom(caller, url, headers);
  const text = await response.text();
  caller.onAnswer?.(response.headers);
  return {
    status: response.status,
    // Asked for only when the call failed, or by who needs them.
    get headers() {
      return response.headers;
    },
    text,
    path,
  };
}

async function fetchFrom(caller: Caller, url: URL, headers: Record<string, string>) {
  const { fetch, ca, isConfigured, dialect } = caller;
  try {
    return await fetch(url.href, { method: "GET", headers, ca, isConfigured });
  } catch (error) {
    throw dialect.translate(error);
  }
}

/** The answer, when it is a success. */
function judge(caller: Caller, answer: ApiAnswer, asked: Asked): ApiAnswer {
  if (answer.status >= 200 && answer.status <= 299) return answer;
  throw failure(caller, answer, asked);
}

function readJson({ dialect }: Caller, answer: ApiAnswer): unknown {
  const body = parseJson(answer.text);
  if (body === undefined) throw dialect.unreadable(answer);
  return body;
}

function readText({ dialect }: Caller, answer: ApiAnswer): string {
  if (dialect.isPage(answer)) throw dialect.unreadable(answer);
  return answer.text;
}

/** What an answer answers. */
interface Asked {
  readonly url: URL;
  /** Every one that was tried. */
  readonly headers: readonly Secret[];
}

function failure({ dialect, clock }: Caller, answer: ApiAnswer, { url, headers }: Asked) {
  return dialect.failure(answer, {
    clock: clock ?? systemClock(),
    secrets: headers.flatMap(echoes),
    url,
  });
}

/** What a server could echo of the header: all of it, and the parts of a signature. */
function echoes(header: Secret): readonly Secret[] {
  return [new Secret(header.reveal().replace(/^\S+ /, "")), ...secretsInHeader(header)];
}
