/** Owns the door as a server opens it: undici over a pool of kept-alive connections, without what `fetch` adds. */
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { Dispatcher } from "undici";
import { type Connections, type NetworkRules, openConnections } from "./connections.ts";
import {
  type DoorOptions,
  type Fetch,
  isRedirect,
  openDoorOver,
  place,
  type Send,
  type SendRequest,
  tooLarge,
} from "./door.ts";
import { httpErrors } from "./errors.ts";
import { isLoopback } from "./loopback.ts";

export interface NodeDoor {
  readonly fetch: Fetch;
  /** Ends idle connections and waits for busy ones. */
  close(): Promise<void>;
}

export interface NodeDoorOptions extends Omit<DoorOptions, "fetch"> {
  /** Where it may lead beside the internet at large, and through which proxy. Default: nowhere, and none. */
  readonly network?: NetworkRules;
}

/**
 * Opens the door for a process that lives long. Beside what `openDoor` says it throws `http.address_refused`,
 * `http.not_https` and `http.proxy_refused`.
 */
export function openNodeDoor({ network = {}, ...limits }: NodeDoorOptions = {}): NodeDoor {
  const connections = openConnections(network);
  return { fetch: openDoorOver(sendByUndici(connections), limits), close: connections.close };
}

/** An answer with the bytes as they came. */
interface Received {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly chunks: Uint8Array<ArrayBuffer>[];
}

/** `fetch` costs several times the processor time of a plain dispatch, which an analysis pays thousands of times. */
function sendByUndici(connections: Connections): Send {
  return async (url, request) => {
    const { ca = null, isConfigured = false } = request;
    const target = readPlace(url);
    const answer = await receive(connections.for({ ca, isConfigured }), target, request);
    const { status, statusText } = answer;
    const redirect = isRedirect(status);
    return {
      status,
      statusText,
      headers: pairsOf(answer.headers),
      isRedirect: redirect,
      // Nobody reads a redirect's body, so nothing can be wrong with it.
      body: redirect ? null : await decode(answer, url, request.maxBytes),
      discard: async () => {},
    };
  };
}

/** Where to send: https, or http to this machine. Throws `http.not_https`. */
function readPlace(url: string): URL {
  const target = new URL(url);
  const { protocol, hostname } = target;
  if (protocol === "https:" || (protocol === "http:" && isLoopback(hostname))) return target;
  throw httpErrors.fail("http.not_https", { detail: `${protocol}//${target.host}` });
}

function receive(dispatcher: Dispatcher, target: URL, request: SendRequest): Promise<Received> {
  const { origin, pathname, search } = target;
  const { signal } = request;
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    /** A request that still waits for a connection has no controller; it is given up when it gets one. */
    const stop = () => {
      controller?.abort(stopped);
      reject(stopped);
    };
    const gather = gatherAnswer({ url: target.href, maxBytes: request.maxBytes }, resolve, reject);
    signal.addEventListener("abort", stop, { once: true });
    dispatcher.dispatch(
      { origin, path: pathname + search, ...sendable(request) },
      {
        ...gather,
        onRequestStart(started) {
          controller = started;
          if (signal.aborted) controller.abort(stopped);
        },
        onResponseEnd() {
          signal.removeEventListener("abort", stop);
          gather.onResponseEnd();
        },
        onResponseError(_, error) {
          signal.removeEventListener("abort", stop);
          reject(nameHeaders(error, target.href));
        },
      },
    );
  });
}

/** The door knows by its signals who stopped a request, and why. */
const stopped = new Error("stopped");

/** Bitbucket's answers have some 40. */
const mostHeaders = 250;

function gatherAnswer(
  { url, maxBytes }: { readonly url: string; readonly maxBytes: number },
  resolve: (answer: Received) => void,
  reject: (error: Error) => void,
) {
  let start: Omit<Received, "chunks"> | undefined;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  return {
    onResponseStart(
      controller: Dispatcher.DispatchController,
      status: number,
      headers: Received["headers"],
      statusText?: string,
    ) {
      // 103 and the like announce the answer; they are not it.
      if (status < 200) return;
      start = { status, statusText: statusText ?? "", headers };
      if (countOf(headers) > mostHeaders) controller.abort(tooManyHeaders(url));
      else if (Number(headers["content-length"]) > maxBytes) controller.abort(tooLarge(url, maxBytes));
    },
    onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer) {
      size += chunk.byteLength;
      if (size > maxBytes) controller.abort(tooLarge(url, maxBytes));
      // A socket's chunks are views of plain buffers, whatever the type says.
      else chunks.push(chunk as Uint8Array<ArrayBuffer>);
    },
    onResponseEnd() {
      if (start === undefined) reject(new Error("the answer had no beginning"));
      else resolve({ ...start, chunks });
    },
  };
}

/** A form says its type, as `fetch` has it. */
function sendable({ method = "GET", headers, body }: SendRequest) {
  const all: Record<string, string> = { "accept-encoding": "gzip" };
  const pairs = headers instanceof Headers ? headers : Object.entries(headers ?? {});
  for (const [name, value] of pairs) all[name.toLowerCase()] = value;
  if (body instanceof URLSearchParams) {
    all["content-type"] ??= "application/x-www-form-urlencoded;charset=UTF-8";
  }
  return {
    // Any method a caller names; undici's type lists those of the standards.
    method: method as Dispatcher.HttpMethod,
    headers: all,
    body: body === undefined || body === null ? null : String(body),
  };
}

function pairsOf(headers: Received["headers"]): [string, string][] {
  const pairs: [string, string][] = [];
  for (const [name, value] of Object.entries(headers)) {
    for (const each of Array.isArray(value) ? value : [value ?? ""]) pairs.push([name, each]);
  }
  return pairs;
}

function countOf(headers: Received["headers"]): number {
  return Object.values(headers).reduce((sum, value) => sum + (Array.isArray(value) ? value.length : 1), 0);
}

function tooManyHeaders(url: string) {
  return httpErrors.fail("http.too_large", { detail: `${place(url)}: more headers than are read` });
}

/** What undici calls an answer whose headers do not end. */
function nameHeaders(error: Error, url: string): Error {
  const { code } = error as { code?: unknown }; // undici's failures carry one
  return code === "UND_ERR_HEADERS_OVERFLOW" || code === "HPE_HEADER_OVERFLOW" ? tooManyHeaders(url) : error;
}

const unzip = promisify(gunzip);

/** Names of codings are the same in any case, and `x-gzip` is `gzip` (RFC 9110 sections 8.4.1 and 8.4.1.3). */
const gzipped = /^(x-)?gzip$/i;

/** Once, by the one coding that was asked for: several, one in the other, can only be meant to swell. */
async function decode({ headers, chunks }: Received, url: string, maxBytes: number) {
  const [only] = chunks;
  const bytes = only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks);
  const coding = String(headers["content-encoding"] ?? "identity").trim();
  if (/^(identity)?$/i.test(coding) || bytes.byteLength === 0) return bytes;
  if (!gzipped.test(coding)) throw httpErrors.fail("http.unknown_coding", { detail: place(url) });
  try {
    return await unzip(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    const { code } = error as { code?: unknown }; // zlib's failures carry one
    throw code === "ERR_BUFFER_TOO_LARGE" ? tooLarge(url, maxBytes) : error;
  }
}
