/** Owns the one door to the network: a deadline over the whole exchange, a cap on decoded bytes, no redirects. */
import { isWindlassError } from "../errors.ts";
import { httpErrors } from "./errors.ts";

/** The part of `fetch` the house uses. Headers may carry secrets: a door never logs them. */
export type Fetch = (url: string, init?: DoorRequest) => Promise<Response>;

export interface DoorRequest {
  readonly method?: string;
  readonly headers?: Headers | Record<string, string>;
  readonly body?: string | URLSearchParams | null;
  readonly signal?: AbortSignal | null;
}

export interface DoorOptions {
  /** The platform's `fetch`, or undici's. */
  readonly fetch?: typeof globalThis.fetch;
  /** From sending the request to the last byte of the body. Default 20,000 ms. */
  readonly deadlineMilliseconds?: number;
  /** After decompression. Default 32 MiB. */
  readonly maxBytes?: number;
}

/** Statuses whose answer has no body, for which `new Response` refuses one. */
const bodyless = new Set([101, 204, 205, 304]);

/**
 * Opens the door: a `fetch` that reads each answer whole (within the caps) before it returns it.
 * Throws `http.unreachable`, `http.timeout`, `http.too_large`, `http.redirected`; any other status is the caller's to judge.
 */
export function openDoor(options: DoorOptions = {}): Fetch {
  const { fetch = globalThis.fetch, deadlineMilliseconds = 20_000, maxBytes = 32 * 1024 * 1024 } = options;

  return async (url, init = {}) => {
    const deadline = AbortSignal.timeout(deadlineMilliseconds);
    const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
    try {
      const response = await fetch(url, { ...init, body: init.body ?? null, signal, redirect: "manual" });
      if (isRedirect(response)) {
        await response.body?.cancel();
        throw httpErrors.fail("http.redirected", { detail: `${place(url)} answered ${response.status}` });
      }
      return await readWhole(response, maxBytes, url);
    } catch (error) {
      if (isWindlassError(error)) throw error;
      if (init.signal?.aborted) throw init.signal.reason;
      const code = deadline.aborted ? "http.timeout" : "http.unreachable";
      throw httpErrors.fail(code, { detail: `${place(url)}: ${reason(error)}`, cause: error });
    }
  };
}

function isRedirect(response: Response): boolean {
  return (
    response.type === "opaqueredirect" ||
    (response.status >= 300 && response.status < 400 && response.status !== 304)
  );
}

async function readWhole(response: Response, maxBytes: number, url: string): Promise<Response> {
  const { status, statusText, headers } = response;
  if (response.body === null || bodyless.has(status))
    return new Response(null, { status, statusText, headers });
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      throw httpErrors.fail("http.too_large", { detail: `${place(url)}: more than ${maxBytes} bytes` });
    }
    chunks.push(chunk);
  }
  return new Response(chunks.length === 1 ? chunks[0] : new Blob(chunks), { status, statusText, headers });
}

/** Host and path without the query, which may carry a code or state. */
function place(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** `fetch failed` says nothing; its innermost cause does. */
function reason(error: unknown): string {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
  if (!(innermost instanceof Error)) return "unknown failure";
  const code = (innermost as { code?: unknown }).code;
  return typeof code === "string" ? `${code} ${innermost.message}`.trim() : innermost.message;
}
