/** Owns the door as a server opens it: undici over a pool of kept-alive connections, without what `fetch` adds. */
import { rootCertificates } from "node:tls";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { Agent, type Dispatcher } from "undici";
import {
  type DoorOptions,
  type Fetch,
  isRedirect,
  openDoorOver,
  type Send,
  type SendRequest,
  tooLarge,
} from "./door.ts";

export interface NodeDoor {
  readonly fetch: Fetch;
  /** Ends idle connections and waits for busy ones. */
  close(): Promise<void>;
}

/** Opens the door for a process that lives long. See `openDoor` for what it throws. */
export function openNodeDoor(options: Omit<DoorOptions, "fetch"> = {}): NodeDoor {
  const pools = openPools();
  return { fetch: openDoorOver(sendByUndici(pools.for), options), close: pools.close };
}

/** Certificates can be typed in by people: those longest out of use lose their connections. */
const mostSpecialPools = 50;

/** Connections that trust different certificates are never shared. */
function openPools() {
  const open = (ca: string | null) =>
    new Agent({
      connect: { timeout: 5_000, ...(ca === null ? {} : { ca: [...rootCertificates, ca] }) },
      connections: 16,
      pipelining: 1,
    });
  const plain = open(null);
  const special = new Map<string, Agent>();
  return {
    for(ca: string | null): Dispatcher {
      if (ca === null) return plain;
      const known = special.get(ca) ?? open(ca);
      special.delete(ca);
      special.set(ca, known);
      const [oldest] = special;
      if (special.size > mostSpecialPools && oldest !== undefined) {
        special.delete(oldest[0]);
        void oldest[1].close();
      }
      return known;
    },
    async close() {
      await Promise.all([plain, ...special.values()].map((pool) => pool.close()));
    },
  };
}

/** An answer with the bytes as they came. */
interface Received {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly chunks: Uint8Array<ArrayBuffer>[];
}

/** `fetch` costs several times the processor time of a plain dispatch, which an analysis pays thousands of times. */
function sendByUndici(poolFor: (ca: string | null) => Dispatcher): Send {
  return async (url, request) => {
    const answer = await receive(poolFor(request.ca ?? null), url, request);
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

function receive(dispatcher: Dispatcher, url: string, request: SendRequest): Promise<Received> {
  const { origin, pathname, search } = new URL(url);
  const { signal } = request;
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    /** A request that still waits for a connection has no controller; it is given up when it gets one. */
    const stop = () => {
      controller?.abort(stopped);
      reject(stopped);
    };
    const gather = gatherAnswer(url, request.maxBytes, resolve, reject);
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
          reject(error);
        },
      },
    );
  });
}

/** The door knows by its signals who stopped a request, and why. */
const stopped = new Error("stopped");

function gatherAnswer(
  url: string,
  maxBytes: number,
  resolve: (answer: Received) => void,
  reject: (error: Error) => void,
) {
  let start: Omit<Received, "chunks"> | undefined;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  return {
    onResponseStart(
      _: Dispatcher.DispatchController,
      status: number,
      headers: Received["headers"],
      statusText?: string,
    ) {
      // 103 and the like announce the answer; they are not it.
      if (status >= 200) start = { status, statusText: statusText ?? "", headers };
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

const unzip = promisify(gunzip);

/** Names of codings are the same in any case, and `x-gzip` is `gzip` (RFC 9110 sections 8.4.1 and 8.4.1.3). */
const gzipped = /^(x-)?gzip$/i;

async function decode({ headers, chunks }: Received, url: string, maxBytes: number) {
  const [only] = chunks;
  const bytes = only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks);
  if (!gzipped.test(String(headers["content-encoding"])) || bytes.byteLength === 0) return bytes;
  try {
    return await unzip(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    const { code } = error as { code?: unknown }; // zlib's failures carry one
    throw code === "ERR_BUFFER_TOO_LARGE" ? tooLarge(url, maxBytes) : error;
  }
}
