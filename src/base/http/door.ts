/** Owns the one door to the network: a deadline over the whole exchange, a cap on decoded bytes, no redirects. */
import { isWindlassError } from "../errors.ts";
import { httpErrors } from "./errors.ts";

/** The part of `fetch` the house uses. Headers may carry secrets: a door never logs them. */
export type Fetch = (url: string, init?: DoorRequest) => Promise<Answer>;

/** What the house reads of an answer. A `Response` is one; making one costs more than all the rest of a small answer. */
export interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  text(): Promise<string>;
  json(): Promise<unknown>;
}

/** A call to Bitbucket, as the way out is asked to make it. */
export interface DoorRequest {
  readonly method?: string;
  readonly headers?: Headers | Record<string, string>;
  readonly body?: string | URLSearchParams | null;
  readonly signal?: AbortSignal | null;
  /** Certificates in PEM to be trusted beside the well-known ones, for this server. */
  readonly ca?: string | null;
  /** Whether the operator wrote this address down. What people type in leads to fewer places. Default: false. */
  readonly isConfigured?: boolean;
  /** For an answer that is known to be small: less than the door takes otherwise. */
  readonly maxBytes?: number;
  /** Gives an answer that redirects as it stands, without its body, for who only wants to know where to. It is not followed. */
  readonly givesRedirects?: boolean;
}

export interface DoorOptions {
  /** The platform's `fetch`, or undici's. */
  readonly fetch?: typeof globalThis.fetch;
  /** From sending the request to the last byte of the body. Default 20,000 ms. */
  readonly deadlineMilliseconds?: number;
  /** After decompression. Default 32 MiB. */
  readonly maxBytes?: number;
}

/** An answer whose body is still on its way. */
export interface Arriving {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers | [string, string][];
  readonly isRedirect: boolean;
  /** Decoded, whole or in pieces; null when there is none. */
  readonly body: AsyncIterable<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer> | null;
  /** Lets go of a body nobody will read. */
  discard(): Promise<void>;
}

export interface SendRequest extends DoorRequest {
  readonly signal: AbortSignal;
  /** Whatever the request and the options say: the lesser. The door refuses a longer body; who decodes or gathers one should stop there as well. */
  readonly maxBytes: number;
}

/** Sends one request and follows no redirect. Whatever it throws, the door gives a name to. */
export type Send = (url: string, request: SendRequest) => Promise<Arriving>;

/** Statuses whose answer has no body, for which `new Response` refuses one. */
const bodyless = new Set([101, 204, 205, 304]);

/**
 * Opens the door: it reads each answer whole (within the caps) before it returns it.
 * Throws `http.unreachable`, `http.timeout`, `http.too_large`, `http.redirected`; any other status is the caller's to judge.
 */
export function openDoor(options: DoorOptions = {}): Fetch {
  const { fetch = globalThis.fetch, ...limits } = options;
  return openDoorOver(sendByFetch(fetch), limits);
}

/** The door over another way to send than the platform's `fetch`. */
export function openDoorOver(send: Send, limits: Omit<DoorOptions, "fetch"> = {}): Fetch {
  const { deadlineMilliseconds = 20_000, maxBytes: mostBytes = 32 * 1024 * 1024 } = limits;

  return async (url, init = {}) => {
    const deadline = new AbortController();
    // Not AbortSignal.timeout: that one lives on until its time has come, thousands of them beside a busy door.
    const timer = setTimeout(() => deadline.abort(), deadlineMilliseconds);
    const signal = init.signal ? AbortSignal.any([init.signal, deadline.signal]) : deadline.signal;
    try {
      const { givesRedirects = false, ...request } = init;
      const maxBytes = Math.min(init.maxBytes ?? mostBytes, mostBytes);
      const arriving = await send(url, { ...request, signal, maxBytes });
      if (arriving.isRedirect && givesRedirects) return await withoutBody(arriving);
      return await readWhole(arriving, maxBytes, url);
    } catch (error) {
      if (isWindlassError(error)) throw error;
      if (init.signal?.aborted) throw init.signal.reason;
      const code = deadline.signal.aborted ? "http.timeout" : "http.unreachable";
      throw httpErrors.fail(code, {
        detail: `${place(url)}: ${reason(error)}`,
        cause: withoutContent(error),
      });
    } finally {
      clearTimeout(timer);
    }
  };
}

function sendByFetch(fetch: typeof globalThis.fetch): Send {
  return async (url, { maxBytes: _, isConfigured: __, ca, ...request }) => {
    if (ca) throw httpErrors.fail("http.no_certificates");
    const response = await fetch(url, { ...request, body: request.body ?? null, redirect: "manual" });
    const { status, statusText, headers, body } = response;
    return {
      status,
      statusText,
      headers,
      isRedirect: response.type === "opaqueredirect" || isRedirect(status),
      body,
      discard: async () => body?.cancel(),
    };
  };
}

export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

async function readWhole(answer: Arriving, maxBytes: number, url: string): Promise<Answer> {
  const { status, body } = answer;
  if (answer.isRedirect) {
    await answer.discard();
    throw httpErrors.fail("http.redirected", { detail: `${place(url)} answered ${status}` });
  }
  if (body === null || bodyless.has(status)) {
    await answer.discard();
    return wholeAnswer(answer, new Uint8Array());
  }
  const bytes = body instanceof Uint8Array ? body : await gather(body, maxBytes, url);
  if (bytes.byteLength > maxBytes) throw tooLarge(url, maxBytes);
  return wholeAnswer(answer, bytes);
}

async function withoutBody(answer: Arriving): Promise<Answer> {
  await answer.discard();
  return wholeAnswer(answer, new Uint8Array());
}

/** Headers are made of their pairs only when somebody asks for them. */
function wholeAnswer({ status, statusText, headers: pairs }: Arriving, bytes: Uint8Array): Answer {
  let headers: Headers | undefined;
  const text = () => new TextDecoder().decode(bytes);
  return {
    status,
    statusText,
    get headers() {
      headers ??= new Headers(pairs);
      return headers;
    },
    text: async () => text(),
    json: async () => JSON.parse(text()),
  };
}

/** The answer for a library that asks for the platform's own class. */
export async function asResponse(answer: Answer): Promise<Response> {
  const { status, statusText, headers } = answer;
  return new Response(bodyless.has(status) ? null : await answer.text(), { status, statusText, headers });
}

async function gather(
  body: AsyncIterable<Uint8Array<ArrayBuffer>>,
  maxBytes: number,
  url: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(url, maxBytes);
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

export function tooLarge(url: string, maxBytes: number) {
  return httpErrors.fail("http.too_large", { detail: `${place(url)}: more than ${maxBytes} bytes` });
}

/** Host and path without the query, which may carry a code or state. */
export function place(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** A parser's failure holds the bytes it failed at, which may be a secret of ours that was sent back. */
function withoutContent(error: unknown): unknown {
  if (!(error instanceof Error) || !("data" in error)) return error;
  const { code } = error as { code?: unknown }; // parsers' failures carry one
  return Object.assign(new Error(error.message), typeof code === "string" ? { code } : {});
}

/** `fetch failed` says nothing; its innermost cause does. */
function reason(error: unknown): string {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
  if (!(innermost instanceof Error)) return "unknown failure";
  const code = (innermost as { code?: unknown }).code;
  return typeof code === "string" ? `${code} ${innermost.message}`.trim() : innermost.message;
}
